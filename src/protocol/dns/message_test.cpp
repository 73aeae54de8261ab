// SPDX-License-Identifier: Apache-2.0
#include "protocol/dns/message.hpp"

#include <gtest/gtest.h>

#include "protocol/dns/message_fixture.hpp"

namespace obi::protocol::dns {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string name_of(std::string_view message) {
  Reader reader(bytes_of(message));
  Question question;
  if (!reader.header() || !reader.question(question)) return "none";
  return std::string(question.name.text());
}

std::string with_name(std::string_view labels) {
  return u16s({1, 0x0100, 1, 0, 0, 0}) + std::string(labels) + u16s({1, 1});
}

TEST(DnsMessage, TheHeaderReportsWhatFollows) {
  const auto header = Reader(bytes_of(u16s({7, 0x8383, 1, 2, 3, 4}))).header();
  ASSERT_TRUE(header);
  EXPECT_EQ(header->id, 7);
  EXPECT_TRUE(header->is_response);
  EXPECT_TRUE(header->is_truncated);
  EXPECT_EQ(header->opcode, 0);
  EXPECT_EQ(header->rcode, 3);
  EXPECT_EQ(header->questions, 1);
  EXPECT_EQ(header->answers, 2);
  EXPECT_EQ(header->authorities, 3);
  EXPECT_EQ(header->additionals, 4);
  EXPECT_EQ(Reader(bytes_of("short")).header().error(), ParseError::Truncated);
  EXPECT_EQ(Reader(bytes_of(u16s({7, 0x0040, 1, 0, 0, 0}))).header().error(),
            ParseError::NotThisProtocol);
}

TEST(DnsMessage, NamesAreTextWithEscapes) {
  EXPECT_EQ(name_of(with_name(name("www.Example.org"))), "www.Example.org");
  EXPECT_EQ(name_of(with_name(std::string(1, '\0'))), ".");
  EXPECT_EQ(name_of(with_name(std::string("\4a.\\b\1\x07", 7) + '\0')), "a\\.\\\\b.\\007");
  EXPECT_EQ(name_of(with_name(std::string("\3") + "\xc3\xa4x" + '\0')), "\\195\\164x");
}

TEST(DnsMessage, PointersLeadBackwardsOnly) {
  const std::string base = u16s({1, 0x0100, 2, 0, 0, 0}) + question("a.test", 1);
  const auto second = [&](std::string_view labels) {
    const std::string message = base + std::string(labels) + u16s({1, 1});
    Reader reader(bytes_of(message));
    Question question;
    EXPECT_TRUE(reader.header() && reader.question(question));
    return reader.question(question) ? std::string(question.name.text()) : "none";
  };
  EXPECT_EQ(second("\xc0\x0c"), "a.test");
  EXPECT_EQ(second("\1b\xc0\x0e"), "b.test");
  const auto self = static_cast<unsigned>(base.size());
  EXPECT_EQ(second(u16(0xc000 | self)), "none");        // to itself
  EXPECT_EQ(second(u16(0xc000 | (self + 1))), "none");  // forwards
  EXPECT_EQ(second("\x80x"), "none");                   // neither label nor pointer
}

TEST(DnsMessage, ChainsOfPointersEnd) {
  // Each pointer leads to the one before it; the first to a name.
  std::string message = u16s({1, 0x0100, 1, 0, 0, 0}) + std::string("\1x\0", 3);
  unsigned last = 12;
  for (int i = 0; i < 300; ++i) {
    const auto here = static_cast<unsigned>(message.size());
    message += u16(0xc000 | last);
    last = here;
  }
  message.replace(0, 12, u16s({1, 0x0100, 1, 0, 0, 0}));
  EXPECT_EQ(name_of(message), "x");
}

TEST(DnsMessage, ANameHasAtMost255Bytes) {
  std::string longest;
  for (int i = 0; i < 3; ++i) longest += '\x3f' + std::string(63, 'a');
  EXPECT_NE(name_of(with_name(longest + '\x3d' + std::string(61, '\x01') + '\0')), "none");
  EXPECT_EQ(name_of(with_name(longest + '\x3e' + std::string(62, '\x01') + '\0')), "none");
}

Outcome outcome_of(std::string_view message, std::string& addresses, std::uint64_t only = 0) {
  Reader reader(bytes_of(message));
  const auto header = reader.header();
  Question question;
  EXPECT_TRUE(header && reader.question(question));
  return read_outcome(reader, *header, only, addresses);
}

TEST(DnsMessage, AddressesAreReported) {
  std::string addresses;
  const std::string aaaa = record(28, std::string("\xfe\x80", 2) + std::string(13, '\0') + '\1');
  const std::string cname = record(5, name("b.test"));
  const auto outcome =
      outcome_of(response(1, "a.test", 1, cname + a_record(1) + a_record(2) + aaaa, 4), addresses);
  EXPECT_EQ(addresses, "10.0.0.1,10.0.0.2,fe80::1");
  EXPECT_EQ(outcome.address_count, 3);
  EXPECT_EQ(outcome.rcode, 0);
}

TEST(DnsMessage, AddressesOfOtherSectionsAreNoAnswers) {
  std::string addresses = "old";
  outcome_of(response(1, "a.test", 2, a_record(1), 0, 0, 1), addresses);
  EXPECT_EQ(addresses, "");
}

TEST(DnsMessage, AnOptionExtendsTheRcode) {
  std::string addresses;
  EXPECT_EQ(outcome_of(response(1, "a", 1, option_record(1), 0, 0, 1), addresses).rcode, 16);
  EXPECT_EQ(outcome_of(response(1, "a", 1, {}, 0, 3), addresses).rcode, 3);
}

TEST(DnsMessage, WhatIsCutIsLeftOut) {
  std::string addresses;
  const std::string whole = response(1, "a.test", 1, a_record(1) + a_record(2), 2);
  outcome_of(std::string_view(whole).substr(0, whole.size() - 1), addresses);
  EXPECT_EQ(addresses, "10.0.0.1");
  EXPECT_TRUE(is_message(bytes_of(whole), false));
  EXPECT_FALSE(is_message(bytes_of(whole + "x"), false));
  const std::size_t fixed = Header::kBytes;
  for (std::size_t size = fixed; size < whole.size(); ++size) {
    EXPECT_FALSE(is_message(bytes_of(whole.substr(0, size)), false)) << size;
    EXPECT_TRUE(is_message(bytes_of(whole.substr(0, size)), true)) << size;
  }
}

TEST(DnsMessage, EqualQuestionsHaveEqualHashes) {
  EXPECT_EQ(hash_of("WWW.Example.org", 1), hash_of("www.example.ORG", 1));
  EXPECT_NE(hash_of("www.example.org", 1), hash_of("www.example.org", 28));
  EXPECT_NE(hash_of("www.example.org", 1), hash_of("www.example.com", 1));
}

TEST(DnsMessage, TypesHaveNames) {
  base::Arena arena;
  EXPECT_EQ(type_name(1, arena), "A");
  EXPECT_EQ(type_name(65, arena), "HTTPS");
  EXPECT_EQ(type_name(257, arena), "CAA");
  EXPECT_EQ(type_name(65280, arena), "TYPE65280");
}

}  // namespace
}  // namespace obi::protocol::dns
