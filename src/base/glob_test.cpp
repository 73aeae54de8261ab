// SPDX-License-Identifier: Apache-2.0
#include "base/glob.hpp"

#include <gtest/gtest.h>

namespace obi::base {
namespace {

struct Row {
  const char* pattern;
  const char* text;
  bool matches;
};

TEST(Glob, FollowsTheDialect) {
  for (const Row& row : {Row{"*", "", true},
                         Row{"*/bin/*", "/usr/bin/curl", true},
                         Row{"**", "/a/b", true},
                         Row{"curl", "/usr/bin/curl", false},
                         Row{"*curl", "/usr/bin/curl", true},
                         Row{"?at", "cat", true},
                         Row{"?at", "at", false},
                         Row{"[abc]x", "bx", true},
                         Row{"[!abc]x", "bx", false},
                         Row{"[a-c]x", "cx", true},
                         Row{"{go,java}", "java", true},
                         Row{"{go,java}", "ruby", false},
                         Row{"{a{1,2},b}c", "a2c", true},
                         Row{"a\\*b", "a*b", true},
                         Row{"a\\*b", "axb", false},
                         Row{"a.b", "axb", false},
                         Row{"a,b", "a,b", true},
                         Row{"*otelcol-contrib[!/]*", "otelcol-contrib2", true},
                         Row{"a+b", "a+b", true},
                         Row{"a*", "a\nb", true}}) {
    const auto glob = Glob::compile(row.pattern);
    ASSERT_TRUE(glob) << row.pattern;
    EXPECT_EQ(glob->matches(row.text), row.matches) << row.pattern << " on " << row.text;
  }
}

TEST(Glob, RefusesWhatIsNotWellFormed) {
  for (const char* pattern : {"[a", "{a", "a}", "a\\", "[]"})
    EXPECT_FALSE(Glob::compile(pattern)) << pattern;
}

TEST(Glob, ManyStarsTakeLinearTime) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(Glob::compile(pattern + "b")->matches(std::string(5000, 'a')));
}

TEST(Regex, SearchesAnywhere) {
  EXPECT_TRUE(Regex::compile("bin/c.rl")->matches("/usr/bin/curl"));
  EXPECT_FALSE(Regex::compile("^bin")->matches("/usr/bin/curl"));
  EXPECT_FALSE(Regex::compile("("));
}

}  // namespace
}  // namespace obi::base
