// SPDX-License-Identifier: Apache-2.0
#include "protocol/proxy_preamble/preamble.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace obi::protocol {
namespace {

using Result = ProxyPreamble::Result;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// Version 2: version and command, family and transport, what follows them.
std::string binary(unsigned char command, unsigned char family, const std::string& rest) {
  std::string text("\r\n\r\n\0\r\nQUIT\n", 12);
  text += static_cast<char>(command);
  text += static_cast<char>(family);
  text += static_cast<char>(rest.size() >> 8U);
  text += static_cast<char>(rest.size() & 0xffU);
  return text + rest;
}

const std::string kBlock4("\x0a\0\0\x01\x7f\0\0\x01\x1f\x90\0\x50", 12);
const std::string kBlock6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x07" +
                            std::string(15, '\0') + std::string("\x01\x1f\x90\0\x50", 5);
const std::string kTlv("\x04\0\x03xyz", 6);

struct Case {
  std::string preamble;
  std::string client;  // "10.0.0.1 8080"; empty: none
};

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases = {
      {"PROXY TCP4 10.0.0.1 127.0.0.1 8080 80\r\n", "10.0.0.1 8080"},
      {"PROXY TCP6 2001:db8::7 ::1 8080 80\r\n", "2001:db8::7 8080"},
      {"PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535"},
      {"PROXY UNKNOWN\r\n", ""},
      {"PROXY UNKNOWN ffff::1 whatever it is\r\n", ""},
      {binary(0x21, 0x11, kBlock4), "10.0.0.1 8080"},
      {binary(0x21, 0x12, kBlock4 + kTlv), "10.0.0.1 8080"},
      {binary(0x21, 0x21, kBlock6), "2001:db8::7 8080"},
      {binary(0x21, 0x21, kBlock6 + kTlv + std::string(500, 't')), "2001:db8::7 8080"},
      {binary(0x21, 0x31, std::string(216, 'u')), ""},
      {binary(0x21, 0x00, ""), ""},
      {binary(0x20, 0x00, ""), ""},
      {binary(0x20, 0x11, kBlock4 + kTlv), ""},
      {binary(0x21, 0x71, "what a later version may add"), ""},
  };
  return kCases;
}

std::string client_of(const ProxyPreamble& preamble) {
  const auto& client = preamble.client();
  return client ? to_string(client->address) + " " + std::to_string(client->port) : "";
}

TEST(ProxyPreamble, EndsWhereItEndsAndNamesTheClient) {
  for (const Case& one : cases()) {
    ProxyPreamble preamble;
    const auto step = preamble.take(bytes_of(one.preamble + "GET / HTTP/1.1\r\n"), 0);
    EXPECT_EQ(step.result, Result::kEnd) << one.preamble;
    EXPECT_EQ(step.used, one.preamble.size()) << one.preamble;
    EXPECT_EQ(client_of(preamble), one.client) << one.preamble;
  }
}

TEST(ProxyPreamble, IsTheSameInAnyTwoParts) {
  for (const Case& one : cases()) {
    for (std::size_t cut = 1; cut < one.preamble.size(); ++cut) {
      ProxyPreamble preamble;
      const auto first = preamble.take(bytes_of(one.preamble.substr(0, cut)), 0);
      EXPECT_TRUE(first.result == Result::kUndecided || first.result == Result::kPart) << cut;
      const auto second = preamble.take(bytes_of(one.preamble.substr(cut) + "more"), 0);
      EXPECT_EQ(second.result, Result::kEnd) << one.preamble << cut;
      EXPECT_EQ(second.used, one.preamble.size() - cut) << one.preamble << cut;
      EXPECT_EQ(client_of(preamble), one.client) << one.preamble << cut;
    }
  }
}

TEST(ProxyPreamble, IsTheSameByteByByte) {
  for (const Case& one : cases()) {
    ProxyPreamble preamble;
    for (std::size_t i = 0; i < one.preamble.size(); ++i) {
      const auto step = preamble.take(bytes_of(one.preamble.substr(i, 1)), 0);
      EXPECT_EQ(step.result == Result::kEnd, i + 1 == one.preamble.size()) << one.preamble << i;
      EXPECT_NE(step.result, Result::kNone) << one.preamble << i;
    }
    EXPECT_EQ(client_of(preamble), one.client);
  }
}

TEST(ProxyPreamble, OthersAreNone) {
  const std::string line = "PROXY TCP4 10.0.0.1 127.0.0.1 8080 80";
  for (const std::string& text :
       {std::string("GET / HTTP/1.1\r\n"),
        std::string("PRO"
                    "PFIND / HTTP/1.1\r\n"),
        std::string("\r\nGET / HTTP/1.1\r\n"), line + "\n", line + " \r\n", line + " x\r\n",
        std::string("PROXY TCP5 10.0.0.1 127.0.0.1 8080 80\r\n"),
        std::string("PROXY TCP4 ::1 ::1 8080 80\r\n"),
        std::string("PROXY TCP4 10.0.0.1 127.0.0.1 65536 80\r\n"),
        std::string("PROXY TCP4 10.0.0.1 127.0.0.1\r\n"), std::string("PROXY \r\n"),
        "PROXY UNKNOWN " + std::string(100, 'x') + "\r\n", binary(0x11, 0x11, kBlock4),
        binary(0x22, 0x11, kBlock4), binary(0x21, 0x11, "short"), binary(0x21, 0x21, kBlock4)}) {
    ProxyPreamble preamble;
    EXPECT_EQ(preamble.take(bytes_of(text), 0).result, Result::kNone) << text;
  }
}

TEST(ProxyPreamble, BeginsLikeNothingElseForLong) {
  for (const char* text : {"P", "PROXY", "PROXY ", "\r", "\r\n\r\n"})
    EXPECT_TRUE(ProxyPreamble::may_begin(bytes_of(text))) << text;
  for (const char* text : {"", "POST / HTTP/1.1", "PROXYx", "\n", "\r\n\r\nGET", "proxy "})
    EXPECT_FALSE(ProxyPreamble::may_begin(bytes_of(text))) << text;
}

TEST(ProxyPreamble, ItsEndMayNotBeCaptured) {
  const std::string text = binary(0x21, 0x11, kBlock4 + std::string(1000, 't'));
  ProxyPreamble preamble;
  const auto first = preamble.take(bytes_of(text.substr(0, 64)), 500);
  EXPECT_EQ(first.result, Result::kPart);
  const auto second = preamble.take({}, 600);
  EXPECT_EQ(second.result, Result::kEnd);
  EXPECT_EQ(second.used, text.size() - 564);
  EXPECT_EQ(client_of(preamble), "10.0.0.1 8080");
}

TEST(ProxyPreamble, OfWhichTheBeginningIsCutIsNone) {
  ProxyPreamble preamble;
  EXPECT_EQ(preamble.take(bytes_of("PROXY TCP4 10.0"), 30).result, Result::kNone);
}

}  // namespace
}  // namespace obi::protocol
