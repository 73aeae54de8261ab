// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::base {
namespace {

TEST(Utf8, ValidTextIsItself) {
  base::Arena arena;
  for (const std::string text : {"", "plain", "sixteen ascii ch", "grüße", "日本語", "🎉 ok 🎉"}) {
    EXPECT_EQ(without_invalid_utf8(text), text);
    EXPECT_EQ(without_invalid_utf8(std::string_view(text), arena).data(), text.data());
  }
  EXPECT_EQ(arena.used_bytes(), 0U);
}

TEST(Utf8, InvalidBytesGo) {
  EXPECT_EQ(without_invalid_utf8("a\xff"
                                 "b"),
            "ab");
  EXPECT_EQ(without_invalid_utf8("\x80start"), "start");
  EXPECT_EQ(without_invalid_utf8("cut \xe2\x82"), "cut ");
  EXPECT_EQ(without_invalid_utf8("\xe2\x82\xac ok"), "€ ok");
  EXPECT_EQ(without_invalid_utf8("eight characters and then \xc3(\xc3\xa4"),
            "eight characters and then (ä");
  EXPECT_EQ(without_invalid_utf8("\xff\xfe\xfd"), "");
}

TEST(Utf8, OverlongFormsSurrogatesAndTooHighCodePointsGo) {
  EXPECT_EQ(without_invalid_utf8("\xc0\xaf."), ".");
  EXPECT_EQ(without_invalid_utf8("\xe0\x80\xaf."), ".");
  EXPECT_EQ(without_invalid_utf8("\xf0\x80\x80\xaf."), ".");
  EXPECT_EQ(without_invalid_utf8("\xed\xa0\x80."), ".");
  EXPECT_EQ(without_invalid_utf8("\xf4\x90\x80\x80."), ".");
  EXPECT_EQ(without_invalid_utf8("\xed\x9f\xbf\xf4\x8f\xbf\xbf"), "\xed\x9f\xbf\xf4\x8f\xbf\xbf");
}

TEST(Utf8, TheCopyIsInTheArena) {
  base::Arena arena;
  EXPECT_EQ(without_invalid_utf8(std::string_view("x\xffy"), arena), "xy");
  EXPECT_GT(arena.used_bytes(), 0U);
}

}  // namespace
}  // namespace obi::base
