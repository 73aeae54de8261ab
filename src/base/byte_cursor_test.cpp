// SPDX-License-Identifier: Apache-2.0
#include "base/byte_cursor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace obi::base {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(ByteCursor, ReadsNumbersInBothOrders) {
  ByteCursor cursor(bytes_of(std::string_view("\x01\x02\x03\x04\x05\x06\xff", 7)));
  EXPECT_EQ(cursor.big<std::uint16_t>(), 0x0102);
  EXPECT_EQ(cursor.little<std::uint32_t>(), 0x06050403U);
  EXPECT_EQ(cursor.i8(), -1);
  EXPECT_TRUE(cursor.ok());
  EXPECT_TRUE(cursor.at_end());
}

TEST(ByteCursor, ReadsNumbersOfOddSizes) {
  ByteCursor cursor(bytes_of("\x01\x02\x03\x01\x02\x03"));
  EXPECT_EQ(cursor.little_bytes(3), 0x030201U);
  EXPECT_EQ(cursor.big_bytes(3), 0x010203U);
}

TEST(ByteCursor, AReadBeyondTheEndFailsAndSoDoAllLaterOnes) {
  ByteCursor cursor(bytes_of("abc"));
  EXPECT_EQ(cursor.big<std::uint32_t>(), 0U);
  EXPECT_FALSE(cursor.ok());
  EXPECT_EQ(cursor.u8(), 0U);
  EXPECT_TRUE(cursor.rest().empty());
}

TEST(ByteCursor, VarintsHaveABound) {
  ByteCursor good(bytes_of(std::string_view("\xac\x02", 2)));
  EXPECT_EQ(good.varint(), 300U);
  ByteCursor endless(bytes_of(std::string_view("\xff\xff\xff\xff\xff\x01", 6)));
  endless.varint(4);
  EXPECT_FALSE(endless.ok());
  ByteCursor cut(bytes_of("\x80"));
  cut.varint();
  EXPECT_FALSE(cut.ok());
}

TEST(ByteCursor, UntilTakesTheDelimiterToo) {
  ByteCursor cursor(bytes_of(std::string_view("name\0rest", 9)));
  EXPECT_EQ(cursor.c_string(), "name");
  EXPECT_EQ(cursor.text(4), "rest");
  cursor.until('x');
  EXPECT_FALSE(cursor.ok());
}

}  // namespace
}  // namespace obi::base
