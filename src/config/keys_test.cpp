// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "config/allowed.hpp"
#include "config/config_fixture.hpp"
#include "config/key_value.hpp"

namespace obi::config {
namespace {

TEST(ConfigKeys, PathsAreUnique) {
  std::set<std::string_view> paths;
  for (const Key& key : keys()) EXPECT_TRUE(paths.insert(key.path).second) << key.path;
}

TEST(ConfigKeys, NoKeyIsASectionToo) {
  for (const Key& key : keys()) EXPECT_FALSE(is_section(key.path)) << key.path;
}

TEST(ConfigKeys, EveryDefaultIsLegalAndPrintsAsItself) {
  for (const Key& key : keys()) {
    if (key.is_structured()) continue;
    const auto parsed = parse_value(key, key.fallback);
    ASSERT_TRUE(parsed) << key.path << ": " << parsed.error().message;
    EXPECT_TRUE(parsed->warnings.empty()) << key.path;
    const auto again = parse_value(key, to_text(parsed->value));
    ASSERT_TRUE(again) << key.path;
    EXPECT_EQ(again->value, parsed->value) << key.path;
  }
}

TEST(ConfigKeys, EveryKeyHasAWayToSetItAndAMeaning) {
  for (const Key& key : keys()) {
    EXPECT_FALSE(key.doc.empty()) << key.path;
    EXPECT_TRUE(!key.is(kEnvironmentOnly) || !key.env.empty()) << key.path;
  }
}

TEST(ConfigKeys, EveryChoiceIsAccepted) {
  for (const Key& key : keys()) {
    if (key.type != Type::kChoice) continue;
    ASSERT_FALSE(key.allowed.empty()) << key.path;
    for (const std::string& choice : split_list(key.allowed, '|')) {
      const std::string name = choice.substr(0, choice.find('='));
      EXPECT_EQ(find_choice(key, name), name) << key.path;
    }
    EXPECT_EQ(find_choice(key, "no such choice"), std::nullopt) << key.path;
  }
}

TEST(ConfigKeys, EveryVariableReachesItsKey) {
  for (const Key& key : keys()) {
    if (key.is_structured()) continue;
    for (const std::string& name : split_list(key.env)) {
      const auto [config, mistakes] = load("", {{name, sample(key)}});
      EXPECT_THAT(mistakes, testing::IsEmpty()) << name;
      EXPECT_EQ(config.origin(key), "env " + name);
    }
  }
}

TEST(ConfigKeys, EveryPathReachesItsKey) {
  for (const Key& key : keys()) {
    if (key.is_structured() || key.is(kEnvironmentOnly)) continue;
    std::string yaml;
    int depth = 0;
    for (const std::string& part : split_list(key.path, '.')) {
      yaml += "\n" + std::string(static_cast<std::size_t>(depth++) * 2, ' ') + part + ":";
    }
    const auto [config, mistakes] = load(yaml + " \"" + sample(key) + "\"\n");
    EXPECT_THAT(mistakes, testing::IsEmpty()) << key.path;
    EXPECT_TRUE(config.is_set(key)) << key.path;
    EXPECT_NE(config.printed(key), "") << key.path;
    if (key.is(kLater)) {
      EXPECT_EQ(config.warnings().size(), 1U) << key.path;
    }
  }
}

TEST(ConfigKeys, TheNearestNameIsFoundAcrossSections) {
  EXPECT_EQ(nearest_key("ebpf.batchlength"), "ebpf.batch_length");
  EXPECT_EQ(nearest_key("prometheus_exports"), "prometheus_export");
  EXPECT_EQ(nearest_key("batch_length"), "ebpf.batch_length");
  EXPECT_EQ(nearest_key("zzzzzzzz"), "");
  EXPECT_EQ(nearest_key(std::string(1'000'000, 'a')), "");
}

}  // namespace
}  // namespace obi::config
