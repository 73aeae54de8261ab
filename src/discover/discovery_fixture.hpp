// SPDX-License-Identifier: Apache-2.0
// For tests: discovery on a made-up process tree, with events pushed by hand.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "discover/discovery.hpp"
#include "discover/fake_proc.hpp"
#include "discover/recording_attacher.hpp"

namespace obi::discover {

using model::ProcessEventKind;

inline constexpr std::uint32_t kAgent = 1000;

inline config::Selector by_path(std::string_view glob, std::string name = "") {
  return {.origin = std::string(glob),
          .exe_path = config::Pattern(*base::Glob::compile(glob)),
          .name = std::move(name)};
}
inline config::Selector by_port(std::string_view ports, std::string name = "") {
  return {.origin = "port", .open_ports = *config::parse_int_set(ports), .name = std::move(name)};
}

// Events are handled on a thread of their own; `settle` waits until all before it are.
class DiscoveryTest : public testing::Test {
 protected:
  DiscoveryTest() {
    rules_.poll_interval = std::chrono::hours(1);
    // In a network namespace of its own, so that ports come from the tree and not from this kernel.
    tree_.put({.pid = kAgent, .executable = "/agent", .net_namespace = 1});
  }
  ~DiscoveryTest() override { stop(); }

  Discovery& discovery() {
    if (!discovery_) {
      discovery_.emplace(
          DiscoveryOptions{
              .rules = rules_,
              .proc_root = tree_.root(),
              .own_pid = kAgent,
              .host = {.name = "box", .id = ""},
              .environment = [](const std::string&) { return std::optional<std::string>(); },
              .lost_events = lost_events_,
              .metadata = metadata_},
          directory_, attacher_, ledger_);
    }
    return *discovery_;
  }
  void start() {
    discovery();
    thread_.emplace([this](const std::stop_token& token) { discovery_->run(token); });
  }
  void stop() { thread_.reset(); }
  void event(ProcessEventKind kind, std::uint32_t pid, std::uint32_t parent = 0,
             std::uint16_t port = 0) {
    discovery().push(KernelEvent{.event = {.kind = kind,
                                           .ns = base::monotonic_ns(),
                                           .pid = pid,
                                           .parent_pid = parent,
                                           .ns_pid = pid,
                                           .pid_namespace = 4'026'531'836,
                                           .port = port}});
  }
  // The marker is a process that is always instrumented; its turn comes behind all that was pushed.
  void settle() {
    const std::uint32_t marker = next_marker_++;
    if (rules_.instrument.empty()) {
      tree_.put({.pid = marker, .executable = "/marker"});
      event(ProcessEventKind::kListen, marker, 0, 1);
    } else {
      tree_.put({.pid = marker, .executable = kTaken});
      event(ProcessEventKind::kExec, marker);
    }
    ASSERT_TRUE(attacher_.await(marker, true));
  }
  std::string calls() {
    std::string text;
    for (const auto& call : attacher_.calls()) {
      if (call.process.pid >= kFirstMarker) continue;
      text += (call.allowed ? "+" : "-") + std::to_string(call.process.pid) + " ";
    }
    return text;
  }
  Outcome outcome(std::uint32_t pid) { return discovery().decisions().find(pid)->outcome; }

  static constexpr std::uint32_t kFirstMarker = 100'000;
  static constexpr const char* kTaken = "/usr/bin/server";
  FakeProc tree_;
  config::Discovery rules_;
  std::function<std::uint64_t()> lost_events_;
  const MetadataSource* metadata_ = nullptr;
  model::Ledger ledger_;
  ProcessDirectory directory_;
  RecordingAttacher attacher_;
  std::optional<Discovery> discovery_;
  std::optional<std::jthread> thread_;
  std::uint32_t next_marker_ = kFirstMarker;
};

}  // namespace obi::discover
