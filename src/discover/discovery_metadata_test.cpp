// SPDX-License-Identifier: Apache-2.0
// Decisions that metadata changes after they were made.
#include <map>
#include <mutex>

#include "discover/discovery_fixture.hpp"

namespace obi::discover {
namespace {

class TestMetadata final : public MetadataSource {
 public:
  MetadataRef find(const Process& process) const override {
    const std::lock_guard lock(mutex_);
    for (const std::string& key : {process.container_id, std::to_string(process.pid)}) {
      if (const auto found = known_.find(key); found != known_.end()) return found->second;
    }
    return nullptr;
  }
  void set(const std::string& key, ProcessMetadata metadata) {
    const std::lock_guard lock(mutex_);
    known_[key] = std::make_shared<const ProcessMetadata>(std::move(metadata));
  }
  void forget(const std::string& key) {
    const std::lock_guard lock(mutex_);
    known_.erase(key);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, MetadataRef> known_;
};

config::Selector by_namespace(std::string_view glob, std::string name = "") {
  config::Selector selector{.origin = std::string(glob), .name = std::move(name)};
  selector.metadata.emplace("k8s_namespace", config::Pattern(*base::Glob::compile(glob)));
  return selector;
}

ProcessMetadata in_namespace(const char* name_space, ServiceMetadata service = {}) {
  return {.fields = {{"k8s_namespace", name_space}}, .service = std::move(service)};
}

class LaterMetadata : public DiscoveryTest {
 protected:
  LaterMetadata() {
    metadata_ = &source_;
    rules_.instrument = {by_path(kTaken), by_namespace("shop", "by namespace")};
  }
  // A process of the container that no path selects.
  void put(std::uint32_t pid, std::uint32_t parent = 1, const char* executable = "/bin/app",
           std::uint64_t start_ticks = 100) {
    tree_.put({.pid = pid,
               .parent_pid = parent,
               .start_ticks = start_ticks,
               .executable = executable,
               .cgroup = "0::/docker/" + kContainer + "\n"});
  }
  void begin(std::uint32_t pid, const char* executable = "/bin/app") {
    if (!thread_) start();
    put(pid, 1, executable);
    event(ProcessEventKind::kExec, pid);
    settle();
  }
  void change(ProcessMetadata metadata) {
    source_.set(kContainer, std::move(metadata));
    discovery().push(MetadataChanged{.container_id = kContainer});
    settle();
  }
  std::string name(std::uint32_t pid) {
    const auto service = directory_.find(pid);
    return service ? service->name : "none";
  }

  const std::string kContainer = std::string(64, 'c');
  TestMetadata source_;
};

TEST_F(LaterMetadata, SelectsAProcessThatWasNotSelected) {
  begin(10);
  EXPECT_EQ(outcome(10), Outcome::kNotSelected);
  change(in_namespace("other"));
  EXPECT_EQ(calls(), "");
  change(in_namespace("shop"));
  EXPECT_EQ(calls(), "+10 ");
  EXPECT_EQ(outcome(10), Outcome::kSelected);
  EXPECT_EQ(name(10), "by namespace");
}

TEST_F(LaterMetadata, OfAnotherContainerChangesNothing) {
  begin(10);
  source_.set(kContainer, in_namespace("shop"));
  discovery().push(MetadataChanged{.container_id = std::string(64, 'd')});
  discovery().push(MetadataChanged{.container_id = ""});
  discovery().push(MetadataChanged{.pid = 11});
  settle();
  EXPECT_EQ(calls(), "");
}

TEST_F(LaterMetadata, OfOneProcessChangesThatOneAlone) {
  begin(10);
  begin(11);
  source_.set("11", in_namespace("shop"));
  discovery().push(MetadataChanged{.pid = 11});
  settle();
  EXPECT_EQ(calls(), "+11 ");
}

TEST_F(LaterMetadata, ThatWasThereBeforeTheProcessSelectsItAtItsStart) {
  source_.set(kContainer, in_namespace("shop"));
  begin(10);
  EXPECT_EQ(calls(), "+10 ");
}

TEST_F(LaterMetadata, RenamesAServiceThatWasSelectedAlready) {
  begin(10, kTaken);
  put(20, 10, kTaken);
  event(ProcessEventKind::kFork, 20, 10);
  settle();
  ASSERT_EQ(name(10), "server");
  std::string changes;
  directory_.set_listener([&](const model::ServiceRef& service, bool added) {
    if (service->instance_id == "box:10") changes += (added ? "+" : "-") + service->name + " ";
  });
  change(in_namespace("other", {.name = "cart", .name_space = "shop", .attributes = {{"k", "v"}}}));
  EXPECT_EQ(changes, "-server +cart ");
  const auto service = directory_.find(10);
  EXPECT_EQ(service->name_space, "shop");
  EXPECT_EQ(service->metadata, (Environ{{"k", "v"}}));
  EXPECT_FALSE(service->auto_named);
  EXPECT_EQ(directory_.find(20), service) << "they are one program";
}

TEST_F(LaterMetadata, ThatSaysTheSameChangesNothing) {
  begin(10, kTaken);
  change(in_namespace("other", {.name = "cart"}));
  const auto service = directory_.find(10);
  const std::string calls_before = calls();
  change(in_namespace("third", {.name = "cart"}));
  EXPECT_EQ(directory_.find(10), service) << "its series would begin anew";
  EXPECT_EQ(calls(), calls_before);
}

TEST_F(LaterMetadata, ASelectorThatMatchesNoLongerNamesNothing) {
  rules_.instrument = {by_path(kTaken), by_namespace("front", "first"),
                       by_namespace("back", "second")};
  begin(10);
  change(in_namespace("back"));
  EXPECT_EQ(name(10), "second");
  change(in_namespace("front"));
  EXPECT_EQ(name(10), "first");
}

TEST_F(LaterMetadata, AChildThatWasNamedByItsParentIsRenamedWithIt) {
  rules_.instrument = {by_path(kTaken), by_namespace("front", "first"),
                       by_namespace("back", "second")};
  rules_.instrument[1].exe_path = rules_.instrument[2].exe_path =
      config::Pattern(*base::Glob::compile("/bin/app"));
  begin(10);
  change(in_namespace("back"));
  put(9, 10, "/bin/worker", 101);
  event(ProcessEventKind::kFork, 9, 10);
  event(ProcessEventKind::kExec, 9);
  settle();
  ASSERT_EQ(name(9), "second");
  change(in_namespace("front"));
  EXPECT_EQ(name(9), "first");
}

TEST_F(LaterMetadata, MayExcludeAnInstrumentedProcess) {
  rules_.exclude = {by_namespace("private")};
  begin(10, kTaken);
  change(in_namespace("private"));
  EXPECT_EQ(calls(), "+10 -10 ");
  EXPECT_EQ(outcome(10), Outcome::kExcluded);
  change(in_namespace("public"));
  EXPECT_EQ(calls(), "+10 -10 +10 ");
}

TEST_F(LaterMetadata, ThatIsGoneLeavesTheServiceAsItWas) {
  begin(10);
  change(in_namespace("shop", {.name_space = "prod"}));
  source_.forget(kContainer);
  discovery().push(MetadataChanged{.container_id = kContainer});
  event(ProcessEventKind::kListen, 10, 0, 80);
  settle();
  EXPECT_EQ(name(10), "by namespace");
  EXPECT_EQ(directory_.find(10)->name_space, "prod");
  EXPECT_EQ(calls(), "+10 ");
}

TEST_F(LaterMetadata, WhoseEventWasLostIsNoticedByTheNextScan) {
  put(10);
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "");
  source_.set(kContainer, in_namespace("shop"));
  discovery().scan();
  EXPECT_EQ(attacher_.text(), "+10 ");
}

TEST_F(LaterMetadata, OfAProcessThatHasEndedIsIgnored) {
  begin(10);
  tree_.remove(10);
  change(in_namespace("shop"));
  EXPECT_EQ(calls(), "");
}

TEST_F(LaterMetadata, TooManyChangesAreCountedLikeEveryEvent) {
  for (std::size_t i = 0; i < Discovery::kMaxInbox + 2; ++i)
    discovery().push(MetadataChanged{.pid = 10});
  EXPECT_EQ(discovery().dropped_events(), 2U);
  EXPECT_EQ(ledger_.get(model::Reason::DiscoveryEventsDropped), 2U);
}

}  // namespace
}  // namespace obi::discover
