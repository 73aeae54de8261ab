// SPDX-License-Identifier: Apache-2.0
// Why a program is or isn't instrumented.
#include "inspect/explain.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "inspect/explain_fixture.hpp"

namespace obi::inspect {
namespace {

using discover::FakeProc;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(ExplainTest, WithoutEntriesAListenerIsInstrumented) {
  const Explanation explanation = explained();
  EXPECT_TRUE(explanation.selection.instrumented());
  EXPECT_THAT(explanation.program.listening_ports, ElementsAre(8080));
  EXPECT_EQ(explanation.program.service.name, "server");
  EXPECT_THAT(render_text(explanation),
              AllOf(HasSubstr("instrumented: yes, it listens on a TCP port"),
                    HasSubstr("service: server (from the executable's name)")));
  EXPECT_EQ(explanation.exit_code(), 0);
}

TEST_F(ExplainTest, NamesTheEntryThatMatchesAndWhyOthersDont) {
  options_.rules.instrument = {by_port("first", 9090), by_executable("second", "*/server"),
                               by_executable("third", "*/other")};
  const Explanation explanation = explained();
  EXPECT_TRUE(explanation.selection.instrumented());
  EXPECT_THAT(explanation.selection.reason, HasSubstr("second"));
  const auto& entries = explanation.program.instrument;
  ASSERT_EQ(entries.size(), 3);
  EXPECT_EQ(entries[0].criterion, "open_ports");
  EXPECT_EQ(entries[0].why_not, "open_ports 9090: it listens on 8080");
  EXPECT_TRUE(entries[1].matches);
  EXPECT_THAT(entries[2].why_not, AllOf(HasSubstr("*/other"), HasSubstr("/usr/bin/server")));
}

TEST_F(ExplainTest, AnExclusionDecides) {
  options_.rules.exclude = {by_executable("exclusion", "*/server")};
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.selection.outcome, discover::Outcome::kExcluded);
  EXPECT_TRUE(explanation.program.exclude.at(0).matches);
  EXPECT_EQ(explanation.exit_code(), 1);
  EXPECT_THAT(render_text(explanation), HasSubstr("instrumented: no, excluded by exclusion"));
}

TEST_F(ExplainTest, AChildIsInstrumentedWithItsParent) {
  options_.rules.instrument = {by_executable("entry", "*/parent")};
  options_.rules.instrument[0].name = "shop";
  proc_.put({.pid = 7, .executable = "/usr/bin/parent"});
  server_.parent_pid = 7;
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.selection.outcome, discover::Outcome::kParentInstrumented);
  EXPECT_THAT(explanation.selection.reason, HasSubstr("pid 7: matches entry"));
  EXPECT_EQ(explanation.program.service.name, "shop");
  EXPECT_EQ(explanation.program.name_from, "entry");
}

TEST_F(ExplainTest, ATableOfProcessesThatGoesInCirclesEnds) {
  server_.parent_pid = kPid;
  options_.rules.instrument = {by_executable("entry", "*/other")};
  EXPECT_FALSE(explained().selection.instrumented());
}

TEST_F(ExplainTest, ReportsWhereTheNamesCameFrom) {
  server_.environment = {"OTEL_SERVICE_NAME=own", "OTEL_RESOURCE_ATTRIBUTES=service.name=told"};
  EXPECT_EQ(explained().program.name_from, "OTEL_SERVICE_NAME of the process");
  server_.environment = {"OTEL_RESOURCE_ATTRIBUTES=service.name=told"};
  options_.rules.instrument = {by_port("entry", 8080), by_port("other", 8080)};
  options_.rules.instrument[0].name_space = "ns";
  options_.rules.instrument[0].exports = model::ExportModes{.metrics = false, .logs = false};
  EXPECT_THAT(render_text(explained()),
              AllOf(HasSubstr("service: told (from OTEL_RESOURCE_ATTRIBUTES of the process)"),
                    HasSubstr("namespace: ns (from entry)"), HasSubstr("exports: traces\n")));
  options_.rules.instrument[0].name_space_origin = "service_namespace (env X)";
  EXPECT_EQ(explained().program.name_space_from, "service_namespace (env X)");
}

TEST_F(ExplainTest, AYoungProcessIsNotInstrumentedYetButTheAnswerIsKnown) {
  options_.rules.min_process_age = std::chrono::seconds(60);
  server_.start_ticks = FakeProc::started_ago(5);
  const Explanation young = explained();
  EXPECT_EQ(young.selection.outcome, discover::Outcome::kTooYoung);
  EXPECT_EQ(young.exit_code(), 1);
  EXPECT_GT(young.age_to_wait, std::chrono::seconds(50));
  ASSERT_TRUE(young.later);
  EXPECT_TRUE(young.later->instrumented());
  EXPECT_THAT(render_text(young), HasSubstr("instrumented: not yet"));
  server_.start_ticks = FakeProc::started_ago(90);
  EXPECT_TRUE(explained().selection.instrumented());
}

TEST_F(ExplainTest, AYoungChildOfAnInstrumentedProcessHasNothingToWaitFor) {
  options_.rules.min_process_age = std::chrono::seconds(60);
  options_.rules.instrument = {by_executable("entry", "*/parent")};
  proc_.put({.pid = 7, .start_ticks = FakeProc::started_ago(90), .executable = "/usr/bin/parent"});
  server_.parent_pid = 7;
  server_.start_ticks = FakeProc::started_ago(5);
  EXPECT_EQ(explained().selection.outcome, discover::Outcome::kParentInstrumented);
}

TEST_F(ExplainTest, SaysWhatCannotBeSeen) {
  server_.maps = "7f00-7f01 r-xp 0 08:01 1 /usr/lib/libssl.so.3\n";
  proc_.put(server_);
  std::filesystem::create_symlink("anon_inode:[io_uring]",
                                  proc_.root() + "/" + std::to_string(kPid) + "/fd/9");
  const auto not_seen = [&](capture::Backend backend) {
    options_.backend = backend;
    return explain(kPid, options_)->program.not_seen;
  };
  EXPECT_THAT(not_seen(capture::Backend::kSyscall),
              ElementsAre(AllOf(HasSubstr("io_uring"), HasSubstr("can't see it")),
                          HasSubstr("TLS by libssl.so.3")));
  EXPECT_THAT(not_seen(capture::Backend::kAuto), Contains(HasSubstr("`check` tells")));
  EXPECT_THAT(not_seen(capture::Backend::kFentry), ElementsAre(HasSubstr("libssl")));
}

TEST_F(ExplainTest, JsonHoldsTheSameFacts) {
  options_.rules.instrument = {by_port("entry", 8080)};
  const auto document = nlohmann::json::parse(render_json(explained()));
  EXPECT_EQ(document["pid"], kPid);
  EXPECT_TRUE(document["instrumented"].get<bool>());
  EXPECT_EQ(document["outcome"], "selected");
  EXPECT_EQ(document["listening_ports"], std::vector<int>{8080});
  EXPECT_EQ(document["instrument"][0]["matches"], true);
}

}  // namespace
}  // namespace obi::inspect
