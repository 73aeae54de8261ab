// SPDX-License-Identifier: Apache-2.0
// `ebpf-instrument explain PID`: why a process is or isn't instrumented, what it is, what it would
// be called, and what the agent could not see of it. Found by the functions that the agent itself
// decides with, as an agent would that starts now with this configuration; loads nothing into the
// kernel.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "binary/executable_type.hpp"
#include "binary/linkage.hpp"
#include "capture/tracer.hpp"
#include "config/discovery.hpp"
#include "config/substitution.hpp"
#include "discover/criteria.hpp"
#include "discover/process.hpp"
#include "discover/service_naming.hpp"
#include "inspect/process_status.hpp"
#include "inspect/selection_reason.hpp"
#include "inspect/visibility.hpp"

namespace obi::inspect {

struct ExplainOptions {
  config::Discovery rules;                             ///< outlives the explanation
  capture::Backend backend = capture::Backend::kAuto;  ///< as configured
  discover::HostFacts host;
  /// This user has CAP_SYS_PTRACE: what it may not read all the same, no agent may.
  bool may_trace = false;
  std::string proc_root = "/proc";
  config::Environment environment = config::process_environment;
};

/// What there is to say of a program.
struct ProgramFacts {
  std::vector<std::uint16_t> listening_ports;
  binary::ExecutableFacts executable;
  binary::Linkage linkage;
  std::vector<std::string> libraries;  ///< those mapped that decide what can be seen
  bool uses_io_uring = false;

  std::vector<SelectionReason> instrument;
  std::vector<SelectionReason> exclude;

  model::Service service;  ///< as it is or would be called
  std::string name_from;   ///< in words
  std::string name_space_from;
  std::string seen_by;
  std::vector<std::string> not_seen;  ///< sentences
};

struct Explanation {
  std::uint32_t asked_pid = 0;  ///< process.pid, or one of its threads
  ProcessKind kind = ProcessKind::kProgram;
  discover::Process process;
  std::string parent_executable;  ///< empty = there is none that can be read
  std::optional<std::uint32_t> owner;
  std::chrono::nanoseconds age{};
  bool in_container = false;

  discover::Selection selection;  ///< of anything but a program: not instrumented, and why
  bool is_certain = true;         ///< an agent that may read more can't decide otherwise
  std::chrono::nanoseconds age_to_wait{};
  std::optional<discover::Selection> later;  ///< once it is old enough
  std::vector<Unreadable> unreadable;        ///< what isn't known therefore

  ProgramFacts program;  ///< empty for anything else

  /// 0 = instrumented, 1 = not, 2 = this user may not find out.
  [[nodiscard]] int exit_code() const;
};

/// The error says that there is no such process.
base::Result<Explanation> explain(std::uint32_t pid, const ExplainOptions& options);

std::string render_text(const Explanation& explanation);
std::string render_json(const Explanation& explanation);
/// What there is to say instead, if there is no explanation: `{"pid": …, "errors": […]}`.
std::string render_json(std::uint32_t pid, const std::vector<std::string>& errors);

}  // namespace obi::inspect
