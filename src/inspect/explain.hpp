// SPDX-License-Identifier: Apache-2.0
// `ebpf-instrument explain PID`: why a process is or isn't instrumented, what it is, what it would
// be called, and what the agent could not see of it. Judged by the functions that the agent itself
// decides with; loads nothing into the kernel.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "binary/executable_type.hpp"
#include "capture/tracer.hpp"
#include "config/discovery.hpp"
#include "config/substitution.hpp"
#include "discover/criteria.hpp"
#include "discover/process.hpp"
#include "discover/service_naming.hpp"

namespace obi::inspect {

struct ExplainOptions {
  config::Discovery rules;
  capture::Backend backend = capture::Backend::kAuto;  ///< as configured
  discover::HostFacts host;
  std::string proc_root = "/proc";
  config::Environment environment = config::process_environment;
};

/// How one entry of the configuration judges the process.
struct EntryVerdict {
  std::string origin;  ///< "discovery.instrument[0]"
  bool matches = false;
  std::string why_not;  ///< the first criterion that isn't met, with what was found instead
};

struct Explanation {
  discover::Process process;
  std::chrono::nanoseconds age{};
  bool in_container = false;
  std::vector<std::uint16_t> listening_ports;
  binary::ExecutableFacts executable;
  std::vector<std::string> libraries;  ///< those mapped that decide what can be seen

  discover::Verdict verdict;
  std::vector<EntryVerdict> instrument;
  std::vector<EntryVerdict> exclude;

  model::Service service;             ///< as it is or would be called
  std::vector<std::string> not_seen;  ///< sentences
  std::vector<std::string>
      unreadable;  ///< what of /proc this user may not read, and so isn't known
};

/// The error says that there is no such process, or that it is a kernel thread.
base::Result<Explanation> explain(std::uint32_t pid, const ExplainOptions& options);

std::string render_text(const Explanation& explanation);
std::string render_json(const Explanation& explanation);

}  // namespace obi::inspect
