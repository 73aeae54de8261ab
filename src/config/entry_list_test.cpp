// SPDX-License-Identifier: Apache-2.0
#include "config/entry_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace obi::config {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;
using testing::HasSubstr;
using testing::Not;

Entries read(std::string_view text) { return read_entry_list(text).entries; }

TEST(EntryList, TrimsAndDecodes) {
  EXPECT_EQ(read(" a = b ,c=d"), (Entries{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(read("Authorization=Basic%20dXNlcjpwdw%3D%3D"),
            (Entries{{"Authorization", "Basic dXNlcjpwdw=="}}));
  EXPECT_EQ(read("Authorization=Basic dXNlcjpwdw=="),
            (Entries{{"Authorization", "Basic dXNlcjpwdw=="}}));
  EXPECT_EQ(read("team=a%2Cb%3Dc,%6Bey=%7e+%C3%A4"), (Entries{{"team", "a,b=c"}, {"key", "~+ä"}}));
  EXPECT_EQ(read("a=1;b=2"), (Entries{{"a", "1;b=2"}}));  // no properties
  EXPECT_EQ(read("a=%2520"), (Entries{{"a", "%20"}}));    // decoded once
}

TEST(EntryList, EmptyEntriesAreNone) {
  const auto list = read_entry_list(",, a=b ,\t,\n");
  EXPECT_EQ(list.entries, (Entries{{"a", "b"}}));
  EXPECT_TRUE(list.refused.empty());
  EXPECT_TRUE(read_entry_list("").entries.empty());
}

TEST(EntryList, TheLastOfEqualKeysCounts) {
  EXPECT_EQ(read("a=1,b=2,a=3"), (Entries{{"b", "2"}, {"a", "3"}}));
}

TEST(EntryList, QuotesAroundTheListAreLeftOut) {
  for (const std::string_view text : {"\"a=b,c=d\"", "'a=b,c=d'", " \" a=b,c=d \"\n"}) {
    const auto list = read_entry_list(text);
    EXPECT_EQ(list.entries, (Entries{{"a", "b"}, {"c", "d"}})) << text;
    EXPECT_TRUE(list.was_quoted);
  }
  EXPECT_EQ(read("a=\"b\""), (Entries{{"a", "\"b\""}}));
  EXPECT_FALSE(read_entry_list("a=b").was_quoted);
}

TEST(EntryList, WhatCannotBeReadIsRefusedAloneAndNotPrinted) {
  for (const std::string_view bad :
       {"secret", "=secret", "key=", "key=secret%", "key=secret%2", "key=secret%zz", "%=secret",
        "key=secret%ff", "key=secret\xc3", "%0Akey=secret"}) {
    const auto list = read_entry_list("a=b," + std::string(bad) + ",c=d");
    EXPECT_EQ(list.entries, (Entries{{"a", "b"}, {"c", "d"}})) << bad;
    ASSERT_EQ(list.refused.size(), 1U) << bad;
    EXPECT_EQ(list.refused[0].number, 2U);
    EXPECT_THAT(describe_refused(list), HasSubstr("entry 2 "));
    EXPECT_THAT(describe_refused(list), Not(HasSubstr("secret")));
  }
}

TEST(EntryList, IsBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "k" + std::to_string(i) + "=v,";
  EXPECT_EQ(read(many).size(), kMaxListEntries);
  EXPECT_EQ(read_entry_list(many).refused.size(), 1U);
  EXPECT_EQ(read_entry_list("a=" + std::string(kMaxListValueBytes + 1, 'x')).refused.size(), 1U);
}

}  // namespace
}  // namespace obi::config
