// SPDX-License-Identifier: Apache-2.0
#include "model/address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <random>
#include <string>

namespace obi::model {
namespace {

IpAddress address_of(const char* text) {
  IpAddress address;
  EXPECT_EQ(inet_pton(AF_INET6, text, address.bytes.data()), 1) << text;
  return address;
}

TEST(IpAddress, TextIsAsShortAsItCanBe) {
  for (const char* const text :
       {"::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1", "fe80::1:0:0:1",
        "1:2:3:4:5:6:7:8", "::1:2:3", "::192.0.2.1", "ff02::fb", "1:0:2:0:3:0:4:0"})
    EXPECT_EQ(to_string(address_of(text)), text);
  EXPECT_EQ(to_string(address_of("::ffff:192.0.2.255")), "192.0.2.255");
  EXPECT_EQ(to_string(address_of("2001:0DB8:0:0:0:0:0:00aB")), "2001:db8::ab");
  EXPECT_EQ(to_string(IpAddress{}), "");
}

TEST(IpAddress, TextIsWhatTheSystemMakesOfIt) {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    IpAddress address;
    for (std::uint8_t& byte : address.bytes)
      byte = random() % 3 == 0 ? static_cast<std::uint8_t>(random()) : 0;
    if (address.is_unspecified() || address.is_ipv4()) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
    ASSERT_EQ(to_string(address), text.data());
  }
}

}  // namespace
}  // namespace obi::model
