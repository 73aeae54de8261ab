// SPDX-License-Identifier: Apache-2.0
#include "metrics/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::metrics {
namespace {

TEST(Utf8, ValidTextIsItself) {
  base::Arena arena;
  for (const std::string text : {"", "plain", "sixteen ascii ch", "grüße", "日本語", "🎉 ok 🎉"}) {
    EXPECT_EQ(without_invalid(text), text);
    EXPECT_EQ(without_invalid(std::string_view(text), arena).data(), text.data());
  }
  EXPECT_EQ(arena.used_bytes(), 0U);
}

TEST(Utf8, InvalidBytesGo) {
  EXPECT_EQ(without_invalid("a\xff"
                            "b"),
            "ab");
  EXPECT_EQ(without_invalid("\x80start"), "start");
  EXPECT_EQ(without_invalid("cut \xe2\x82"), "cut ");
  EXPECT_EQ(without_invalid("\xe2\x82\xac ok"), "€ ok");
  EXPECT_EQ(without_invalid("eight characters and then \xc3(\xc3\xa4"),
            "eight characters and then (ä");
  EXPECT_EQ(without_invalid("\xff\xfe\xfd"), "");
}

TEST(Utf8, OverlongFormsSurrogatesAndTooHighCodePointsGo) {
  EXPECT_EQ(without_invalid("\xc0\xaf."), ".");
  EXPECT_EQ(without_invalid("\xe0\x80\xaf."), ".");
  EXPECT_EQ(without_invalid("\xf0\x80\x80\xaf."), ".");
  EXPECT_EQ(without_invalid("\xed\xa0\x80."), ".");
  EXPECT_EQ(without_invalid("\xf4\x90\x80\x80."), ".");
  EXPECT_EQ(without_invalid("\xed\x9f\xbf\xf4\x8f\xbf\xbf"), "\xed\x9f\xbf\xf4\x8f\xbf\xbf");
}

TEST(Utf8, TheCopyIsInTheArena) {
  base::Arena arena;
  EXPECT_EQ(without_invalid(std::string_view("x\xffy"), arena), "xy");
  EXPECT_GT(arena.used_bytes(), 0U);
}

}  // namespace
}  // namespace obi::metrics
