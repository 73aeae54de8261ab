// SPDX-License-Identifier: Apache-2.0
#include "protocol/tls_hello.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace obi::protocol {
namespace {

using model::Direction;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}
std::string hello(char type = 1, char minor = 3) {
  return std::string("\x16\x03\x01\x02\0", 5) + type + std::string("\0\x01\xfc\x03", 4) + minor +
         std::string(500, 'r');
}

TEST(TlsHello, ClientAndServerHellosOfEachVersionAreOnes) {
  for (const char type : {1, 2})
    for (const char minor : {0, 1, 2, 3})
      EXPECT_EQ(detect_tls_hello(bytes_of(hello(type, minor))), Match::kYes);
}

TEST(TlsHello, EveryBeginningOfOneMayBecomeOne) {
  const std::string whole = hello();
  for (std::size_t size = 0; size < kTlsHelloBytes; ++size)
    EXPECT_EQ(detect_tls_hello(bytes_of(whole).first(size)), Match::kMaybe) << size;
}

TEST(TlsHello, OtherBytesAreNone) {
  for (const std::size_t at : {0U, 1U, 2U, 3U, 5U, 6U, 9U, 10U}) {
    std::string other = hello();
    other[at] = '\x7f';
    EXPECT_EQ(detect_tls_hello(bytes_of(other)), Match::kNo) << at;
  }
  EXPECT_EQ(detect_tls_hello(bytes_of("GET / HTTP/1.1\r\n")), Match::kNo);
  EXPECT_EQ(detect_tls_hello(bytes_of(std::string("\x17\x03\x03\0\x20 ciphertext", 16))),
            Match::kNo);
}

TEST(TlsHello, IsFoundHoweverItIsCutIntoCalls) {
  const std::string whole = hello();
  for (std::size_t cut = 1; cut < 40; ++cut) {
    TlsHandshake tls;
    bool found = false;
    for (std::size_t at = 0; at < 80; at += cut)
      found |= tls.show(Direction::kReceive, bytes_of(whole).subspan(at, cut));
    EXPECT_TRUE(found) << cut;
  }
}

TEST(TlsHello, IsFoundBehindACallThatOnlyLookedLikeItsBeginning) {
  TlsHandshake tls;
  EXPECT_FALSE(tls.show(Direction::kReceive, bytes_of("\x16\x03")));
  EXPECT_TRUE(tls.show(Direction::kReceive, bytes_of(hello())));
}

TEST(TlsHello, TheTwoDirectionsAreApart) {
  TlsHandshake tls;
  const std::string whole = hello();
  EXPECT_FALSE(tls.show(Direction::kReceive, bytes_of(whole).first(5)));
  EXPECT_FALSE(tls.show(Direction::kSend, bytes_of(whole).subspan(5)));
}

}  // namespace
}  // namespace obi::protocol
