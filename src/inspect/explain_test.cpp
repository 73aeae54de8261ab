// SPDX-License-Identifier: Apache-2.0
#include "inspect/explain.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "discover/fake_proc.hpp"
#include "inspect/mapped_libraries.hpp"

namespace obi::inspect {
namespace {

using discover::FakeProc;
using discover::FakeProcess;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kPid = 4242;

config::Selector by_executable(const std::string& origin, const std::string& glob) {
  config::Selector selector;
  selector.origin = origin;
  selector.exe_path = config::Pattern(base::Glob::compile(glob).value());
  return selector;
}
config::Selector by_port(const std::string& origin, std::int64_t port) {
  config::Selector selector;
  selector.origin = origin;
  selector.open_ports = config::IntSet{.ranges = {{port, port}}};
  return selector;
}

class ExplainTest : public testing::Test {
 protected:
  ExplainTest() {
    options_.proc_root = proc_.root();
    options_.environment = [](const std::string&) { return std::optional<std::string>(); };
    // Of another network namespace, so that the server's sockets are read from its own files.
    proc_.put({.pid = static_cast<std::uint32_t>(getpid()),
               .executable = "/usr/bin/agent",
               .net_namespace = 1});
    server_.pid = kPid;
    server_.listening = {{77, 8080}};
    server_.sockets = {77};
  }
  Explanation explained() {
    proc_.put(server_);
    auto explanation = explain(kPid, options_);
    EXPECT_TRUE(explanation) << explanation.error().message;
    return explanation ? *explanation : Explanation{};
  }

  FakeProc proc_;
  FakeProcess server_;
  ExplainOptions options_;
};

TEST_F(ExplainTest, WithoutEntriesAListenerIsTaken) {
  const Explanation explanation = explained();
  EXPECT_TRUE(explanation.verdict.taken());
  EXPECT_THAT(explanation.listening_ports, ElementsAre(8080));
  EXPECT_EQ(explanation.service.name, "server");
  EXPECT_THAT(render_text(explanation),
              AllOf(HasSubstr("instrumented: yes, it listens on a TCP port"),
                    HasSubstr("service: server (from the executable's name)")));
}

TEST_F(ExplainTest, NamesTheEntryThatMatchesAndWhyOthersDont) {
  options_.rules.instrument = {by_port("first", 9090), by_executable("second", "*/server"),
                               by_executable("third", "*/other")};
  const Explanation explanation = explained();
  EXPECT_TRUE(explanation.verdict.taken());
  EXPECT_THAT(explanation.verdict.reason, HasSubstr("second"));
  ASSERT_EQ(explanation.instrument.size(), 3);
  EXPECT_EQ(explanation.instrument[0].why_not, "open_ports 9090: it listens on 8080");
  EXPECT_TRUE(explanation.instrument[1].matches);
  EXPECT_THAT(explanation.instrument[2].why_not,
              AllOf(HasSubstr("*/other"), HasSubstr("/usr/bin/server")));
}

TEST_F(ExplainTest, AnExclusionDecides) {
  options_.rules.exclude = {by_executable("exclusion", "*/server")};
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.verdict.outcome, discover::Outcome::kExcluded);
  EXPECT_TRUE(explanation.exclude.at(0).matches);
  EXPECT_THAT(render_text(explanation), HasSubstr("instrumented: no, excluded by exclusion"));
}

TEST_F(ExplainTest, AChildIsTakenWithItsParent) {
  options_.rules.instrument = {by_executable("entry", "*/parent")};
  options_.rules.instrument[0].name = "shop";
  proc_.put({.pid = 7, .executable = "/usr/bin/parent"});
  server_.parent_pid = 7;
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.verdict.outcome, discover::Outcome::kParentTaken);
  EXPECT_THAT(explanation.verdict.reason, HasSubstr("pid 7: matches entry"));
  EXPECT_EQ(explanation.service.name, "shop");
  EXPECT_EQ(explanation.service.name_origin, model::NameOrigin::kSelector);
}

TEST_F(ExplainTest, ATableOfProcessesThatGoesInCirclesEnds) {
  server_.parent_pid = kPid;
  options_.rules.instrument = {by_executable("entry", "*/other")};
  EXPECT_FALSE(explained().verdict.taken());
}

TEST_F(ExplainTest, TellsWhereTheNameCameFrom) {
  server_.environment = {"OTEL_SERVICE_NAME=own", "OTEL_RESOURCE_ATTRIBUTES=service.name=told"};
  EXPECT_EQ(explained().service.name_origin, model::NameOrigin::kOwnVariable);
  server_.environment = {"OTEL_RESOURCE_ATTRIBUTES=service.name=told,service.namespace=ns"};
  const Explanation explanation = explained();
  EXPECT_EQ(explanation.service.name_origin, model::NameOrigin::kResourceAttributes);
  EXPECT_THAT(render_text(explanation), HasSubstr("service: ns/told"));
}

TEST_F(ExplainTest, AYoungProcessIsNotTakenYet) {
  options_.rules.min_process_age = std::chrono::seconds(60);
  server_.start_ticks = FakeProc::started_ago(5);
  EXPECT_EQ(explained().verdict.outcome, discover::Outcome::kTooYoung);
  server_.start_ticks = FakeProc::started_ago(90);
  EXPECT_TRUE(explained().verdict.taken());
}

TEST_F(ExplainTest, SaysWhatCannotBeSeen) {
  server_.maps = "7f00-7f01 r-xp 0 08:01 1 /usr/lib/libssl.so.3\n";
  proc_.put(server_);
  std::filesystem::create_symlink("anon_inode:[io_uring]",
                                  proc_.root() + "/" + std::to_string(kPid) + "/fd/9");
  const auto not_seen = [&](capture::Backend backend) {
    options_.backend = backend;
    return explain(kPid, options_)->not_seen;
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

TEST_F(ExplainTest, NoSuchProcessAndKernelThreadsAreTold) {
  const auto nobody = explain(1'000'000, options_);
  ASSERT_FALSE(nobody);
  EXPECT_THAT(nobody.error().message, HasSubstr("no process 1000000"));
  proc_.put({.pid = 2, .executable = ""});
  const auto kernel_thread = explain(2, options_);
  ASSERT_FALSE(kernel_thread);
  EXPECT_THAT(kernel_thread.error().message, HasSubstr("kernel thread"));
}

TEST(MappedLibraries, KeepsEachTellingNameOnce) {
  EXPECT_THAT(telling_libraries("1-2 r-xp 0 0 1 /usr/lib/libssl.so.3\n"
                                "2-3 r--p 0 0 1 /usr/lib/libssl.so.3\n"
                                "3-4 r-xp 0 0 2 /usr/lib/libc.so.6\n"
                                "4-5 rw-p 0 0 0 [heap]\n"
                                "5-6 r-xp 0 0 3 /opt/jdk/lib/server/libjvm.so"),
              ElementsAre("libssl.so.3", "libjvm.so"));
  EXPECT_THAT(telling_libraries(""), IsEmpty());
  EXPECT_TRUE(is_tls_library("libgnutls.so.30"));
  EXPECT_FALSE(is_tls_library("libjvm.so"));
}

}  // namespace
}  // namespace obi::inspect
