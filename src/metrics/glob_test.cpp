// SPDX-License-Identifier: Apache-2.0
#include "metrics/glob.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace obi::metrics {
namespace {

struct Case {
  const char* pattern;
  const char* text;
  bool matches;
};

class Glob : public testing::TestWithParam<Case> {};

TEST_P(Glob, MatchesAsPathMatchDoes) {
  EXPECT_EQ(glob_matches(GetParam().pattern, GetParam().text), GetParam().matches)
      << GetParam().pattern << " against " << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Glob,
    testing::Values(Case{"", "", true}, Case{"", "a", false}, Case{"abc", "abc", true},
                    Case{"abc", "abcd", false}, Case{"*", "", true}, Case{"*", "abc", true},
                    Case{"*", "a/b", false}, Case{"*/b", "a/b", true}, Case{"*c", "abc", true},
                    Case{"a*", "a", true}, Case{"a*", "ab/c", false}, Case{"a*/b", "abc/b", true},
                    Case{"a*/b", "a/c/b", false}, Case{"a*b*c", "aXbYc", true},
                    Case{"a*b*c", "abbbc", true}, Case{"a*b*c", "acb", false}, Case{"?", "a", true},
                    Case{"?", "/", false}, Case{"a?c", "abc", true}, Case{"a?c", "ac", false},
                    Case{"[ab]", "a", true}, Case{"[ab]", "c", false}, Case{"[a-c]x", "bx", true},
                    Case{"[a-c]x", "dx", false}, Case{"[^a-c]x", "dx", true},
                    Case{"[^a-c]x", "bx", false}, Case{"[\\]]", "]", true},
                    Case{"[\\-]", "-", true}, Case{"\\*", "*", true}, Case{"\\*", "a", false},
                    Case{"**", "abc", true}));

INSTANTIATE_TEST_SUITE_P(MalformedPatternsMatchNothing, Glob,
                         testing::Values(Case{"[", "[", false}, Case{"[a", "a", false},
                                         Case{"[]a]", "]", false}, Case{"[-x]", "x", false},
                                         Case{"[a-", "a", false}, Case{"a\\", "a\\", false},
                                         Case{"*[", "abc", false}));

INSTANTIATE_TEST_SUITE_P(DotAndUnderscoreAreEqual, Glob,
                         testing::Values(Case{"http_route", "http.route", true},
                                         Case{"http.route", "http_route", true},
                                         Case{"k8s.pod.start_time", "k8s_pod_start_time", true},
                                         Case{"http[.]route", "http_route", true},
                                         Case{"http-route", "http.route", false}));

TEST(Glob, ManyStarsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(5'000, 'a')));
}

TEST(Glob, NamesAreEqualWhateverTheirSeparator) {
  EXPECT_TRUE(same_name("gen_ai.tool.call", "gen.ai_tool_call"));
  EXPECT_FALSE(same_name("gen_ai.tool", "gen_ai.tool.call"));
}

}  // namespace
}  // namespace obi::metrics
