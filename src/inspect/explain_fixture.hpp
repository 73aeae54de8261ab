// SPDX-License-Identifier: Apache-2.0
// For tests: a made-up server that is explained.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "discover/fake_proc.hpp"
#include "inspect/explain.hpp"

namespace obi::inspect {

inline constexpr std::uint32_t kPid = 4242;

inline config::Selector by_executable(const std::string& origin, const std::string& glob) {
  config::Selector selector;
  selector.origin = origin;
  selector.exe_path = config::Pattern(base::Glob::compile(glob).value());
  return selector;
}
inline config::Selector by_port(const std::string& origin, std::int64_t port) {
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
    options_.host = {.name = "box", .id = "id"};
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

  discover::FakeProc proc_;
  discover::FakeProcess server_;
  ExplainOptions options_;
};

}  // namespace obi::inspect
