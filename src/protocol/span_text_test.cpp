// SPDX-License-Identifier: Apache-2.0
#include "protocol/span_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace obi::protocol {
namespace {

TEST(SpanText, PrintableAsciiIsReportedOfEachByteInEachPlace) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t at = 0; at < 19; ++at) {
      std::string text(19, 'a');
      text[at] = static_cast<char>(byte);
      EXPECT_EQ(is_printable_ascii(text), byte >= 0x20 && byte <= 0x7e) << byte << " at " << at;
    }
  }
  EXPECT_TRUE(is_printable_ascii(""));
  EXPECT_TRUE(is_printable_ascii(" ~ ~ ~ ~ ~"));
}

TEST(SpanText, CopiesAreValidTextWithoutControlCharacters) {
  base::Arena arena;
  std::string kept = "x";
  append_clean(kept, "a\xff\tb\xc3\xa4\xc3");
  EXPECT_EQ(kept, "xa b\xc3\xa4");
  EXPECT_EQ(clean_copy("a\xff\tb\xc3\xa4\xc3", arena), "a b\xc3\xa4");
}

}  // namespace
}  // namespace obi::protocol
