// SPDX-License-Identifier: Apache-2.0
#include "discover/criteria.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace obi::discover {
namespace {

config::Pattern glob(std::string_view text) { return config::Pattern(*base::Glob::compile(text)); }
config::IntSet ports(std::string_view text) { return *config::parse_int_set(text); }

// A process and what may be asked about it; counts the asking.
struct Subject {
  Process process{
      .pid = 10, .program = {.executable = "/usr/bin/server"}, .command_line = "server --verbose"};
  std::vector<std::uint16_t> listening;
  model::Language language = model::Language::kGeneric;
  bool parent_is_instrumented = false;
  bool in_container = false;
  int ports_asked = 0;
  int language_asked = 0;

  Selection select(const config::Discovery& rules) {
    return discover::select_process(rules, {.process = process,
                                            .listening_ports = [this]() -> const auto& {
                                              ++ports_asked;
                                              return listening;
                                            },
                                            .language =
                                                [this] {
                                                  ++language_asked;
                                                  return language;
                                                },
                                            .parent_is_instrumented = parent_is_instrumented,
                                            .in_container = in_container});
  }
  bool is_selected_by(config::Selector selector) {
    config::Discovery rules;
    rules.instrument.push_back(std::move(selector));
    return select(rules).instrumented();
  }
};

TEST(ProcessSelection, WithoutSelectorsEveryListenerIsInstrumented) {
  Subject subject;
  EXPECT_EQ(subject.select({}).outcome, Outcome::kNoPort);
  subject.listening = {80};
  EXPECT_EQ(subject.select({}).outcome, Outcome::kListens);
}

TEST(ProcessSelection, EachCriterionDecides) {
  Subject subject;
  subject.listening = {8080};
  subject.language = model::Language::kGo;
  EXPECT_TRUE(subject.is_selected_by({.open_ports = ports("80,8000-8100")}));
  EXPECT_FALSE(subject.is_selected_by({.open_ports = ports("80")}));
  EXPECT_TRUE(subject.is_selected_by({.exe_path = glob("*/server")}));
  EXPECT_FALSE(subject.is_selected_by({.exe_path = glob("server")}));
  EXPECT_TRUE(subject.is_selected_by({.languages = glob("{go,java}")}));
  EXPECT_FALSE(subject.is_selected_by({.languages = glob("java")}));
  EXPECT_TRUE(subject.is_selected_by({.cmd_args = glob("*--verbose*")}));
  EXPECT_FALSE(subject.is_selected_by({.cmd_args = glob("*--quiet*")}));
  EXPECT_TRUE(subject.is_selected_by({.target_pids = {9, 10}}));
  EXPECT_FALSE(subject.is_selected_by({.target_pids = {9}}));
  EXPECT_FALSE(subject.is_selected_by({.containers_only = true}));
  subject.in_container = true;
  EXPECT_TRUE(subject.is_selected_by({.containers_only = true}));
}

TEST(ProcessSelection, RegularExpressionsSearch) {
  Subject subject;
  EXPECT_TRUE(
      subject.is_selected_by({.exe_path = config::Pattern(*base::Regex::compile("bin/s.*r$"))}));
}

TEST(ProcessSelection, AllFieldsOfAnEntryMustHold) {
  Subject subject;
  subject.listening = {80};
  EXPECT_TRUE(subject.is_selected_by({.open_ports = ports("80"), .exe_path = glob("*/server")}));
  EXPECT_FALSE(subject.is_selected_by({.open_ports = ports("80"), .exe_path = glob("*/client")}));
  EXPECT_FALSE(subject.is_selected_by({.open_ports = ports("81"), .exe_path = glob("*/server")}));
}

TEST(ProcessSelection, AnEntryThatNeedsMetadataNeverMatches) {
  Subject subject;
  config::Selector selector{.exe_path = glob("*")};
  selector.metadata.emplace("k8s_namespace", glob("*"));
  EXPECT_FALSE(subject.is_selected_by(selector));
  EXPECT_FALSE(subject.is_selected_by({.name = "nothing to match"}));
}

TEST(ProcessSelection, AllMatchingEntriesAreListedInOrder) {
  Subject subject;
  config::Discovery rules;
  rules.instrument = {{.origin = "first", .exe_path = glob("*")},
                      {.origin = "second", .exe_path = glob("/no")},
                      {.origin = "third", .exe_path = glob("*/server")}};
  const Selection selection = subject.select(rules);
  EXPECT_EQ(selection.outcome, Outcome::kSelected);
  EXPECT_EQ(selection.reason, "matches third");
  EXPECT_EQ(selection.matches,
            (std::vector<const config::Selector*>{&rules.instrument[0], &rules.instrument[2]}));
}

TEST(ProcessSelection, ExclusionsWinOverSelectorsAndParents) {
  Subject subject;
  config::Discovery rules;
  rules.instrument = {{.exe_path = glob("*")}};
  rules.exclude = {{.origin = "discovery.exclude_instrument[0]", .exe_path = glob("*/server")}};
  EXPECT_EQ(subject.select(rules).outcome, Outcome::kExcluded);
  EXPECT_EQ(subject.select(rules).reason, "excluded by discovery.exclude_instrument[0]");
  rules.instrument = {{.exe_path = glob("/no")}};
  EXPECT_EQ(subject.select(rules).outcome, Outcome::kNotSelected);
  subject.parent_is_instrumented = true;
  EXPECT_EQ(subject.select(rules).outcome, Outcome::kExcluded);
}

TEST(ProcessSelection, ChildrenFollowTheirParents) {
  Subject subject;
  subject.parent_is_instrumented = true;
  config::Discovery rules;
  rules.instrument = {{.exe_path = glob("/no")}};
  EXPECT_EQ(subject.select(rules).outcome, Outcome::kParentInstrumented);
  EXPECT_EQ(subject.select({}).outcome, Outcome::kParentInstrumented);
}

TEST(ProcessSelection, AsksForCostlyFactsOnlyWhenTheyCanDecide) {
  Subject subject;
  subject.is_selected_by({.open_ports = ports("80"), .exe_path = glob("/no")});
  subject.is_selected_by({.exe_path = glob("/no"), .languages = glob("go")});
  EXPECT_EQ(subject.ports_asked, 0);
  EXPECT_EQ(subject.language_asked, 0);
}

TEST(AgeToWait, IsTheRestUnlessOneIsInstrumentedAlready) {
  using std::chrono::seconds;
  const config::Discovery rules{.min_process_age = seconds(5)};
  EXPECT_EQ(age_to_wait(rules, seconds(2), false), seconds(3));
  EXPECT_EQ(age_to_wait(rules, seconds(5), false), seconds(0));
  EXPECT_EQ(age_to_wait(rules, seconds(2), true), seconds(0));
  EXPECT_EQ(age_to_wait({}, seconds(0), false), seconds(0));
}

TEST(DependsOnPorts, IsFoundFromTheRules) {
  config::Discovery rules;
  EXPECT_TRUE(depends_on_ports(rules));
  rules.instrument = {{.exe_path = glob("*")}};
  EXPECT_FALSE(depends_on_ports(rules));
  rules.exclude = {{.open_ports = ports("80")}};
  EXPECT_TRUE(depends_on_ports(rules));
}

TEST(IsInContainer, ComparesWithTheAgent) {
  const Process host{.pid_namespace = 1};
  const Process agent_in_container{.pid_namespace = 1, .container_id = "a"};
  const Process other{.pid_namespace = 2, .container_id = "b"};
  const Process sharing_host_pids{.pid_namespace = 1, .container_id = "b"};
  EXPECT_FALSE(is_in_container(host, host));
  EXPECT_TRUE(is_in_container(other, host));
  EXPECT_TRUE(is_in_container(sharing_host_pids, host));
  EXPECT_TRUE(is_in_container({.pid_namespace = 2}, host));
  EXPECT_FALSE(is_in_container({}, host));  // unreadable
  EXPECT_FALSE(is_in_container(host, agent_in_container));
  EXPECT_TRUE(is_in_container(other, agent_in_container));
}

}  // namespace
}  // namespace obi::discover
