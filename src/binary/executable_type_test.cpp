// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_type.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace obi::binary {
namespace {

using model::Language;

TEST(ExecutableType, ReadsThisTestsOwnFile) {
  const ExecutableFacts facts = read_executable("/proc/self/exe");
  EXPECT_TRUE(facts.is_elf);
  EXPECT_FALSE(facts.is_32_bit);
  EXPECT_FALSE(facts.is_go);
  EXPECT_TRUE(facts.uses_libstdcxx);
  EXPECT_EQ(language_of(facts, "/x/test", ""), Language::kCpp);
}

TEST(ExecutableType, InterpretersAreKnownByName) {
  const ExecutableFacts none;
  EXPECT_EQ(language_of(none, "/usr/bin/python3.11", ""), Language::kPython);
  EXPECT_EQ(language_of(none, "/usr/bin/node", ""), Language::kNodejs);
  EXPECT_EQ(language_of(none, "/usr/sbin/php-fpm8.2", ""), Language::kPhp);
  EXPECT_EQ(language_of(none, "/usr/bin/ruby3.1", ""), Language::kRuby);
  EXPECT_EQ(language_of(none, "/usr/bin/nodemon", ""), Language::kGeneric);
  EXPECT_EQ(language_of(none, "/usr/sbin/nginx", ""), Language::kGeneric);
}

TEST(ExecutableType, EmbeddedRuntimesAreKnownByTheirLibraries) {
  const ExecutableFacts none;
  EXPECT_EQ(language_of(none, "/opt/app/server", "7f00 r-xp /usr/lib/jvm/lib/server/libjvm.so\n"), Language::kJava);
  EXPECT_EQ(language_of(none, "/opt/app/server", "7f00 r-xp /usr/share/dotnet/libcoreclr.so\n"), Language::kDotnet);
}

TEST(ExecutableType, WhatIsNoElfFileIsGeneric) {
  const std::string path = testing::TempDir() + "no-elf";
  std::ofstream(path) << "\x7f" "ELF but cut";
  EXPECT_FALSE(read_executable(path).is_go);
  EXPECT_FALSE(read_executable("/does/not/exist").is_elf);
}

}  // namespace
}  // namespace obi::binary
