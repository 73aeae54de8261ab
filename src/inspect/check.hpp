// SPDX-License-Identifier: Apache-2.0
// `ebpf-instrument check`: each thing that the agent can do, how it would do it on this host, or
// what is missing and how to get it. Loads the capture programs for a moment and drops them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capture/tracer.hpp"
#include "inspect/host.hpp"
#include "inspect/other_programs.hpp"

namespace obi::inspect {

enum class Status : std::uint8_t {
  kOk,
  kLimited,  ///< works, but something is not seen or not reported
  kOff,      ///< not wanted, or not in this version
  kMissing,  ///< doesn't work here
};
std::string_view to_string(Status status);

struct Finding {
  std::string feature;
  Status status = Status::kOk;
  std::string how;         ///< the mechanism, or what is missing
  std::string remedy;      ///< what to do about it; empty = nothing to do
  bool essential = false;  ///< with kMissing: nothing is captured
};

/// How one back end fared when it was tried.
struct BackendTrial {
  capture::Backend backend = capture::Backend::kSyscall;
  std::string failure;        ///< empty = it works
  std::string drawback;       ///< why another one is taken though it works; empty = none
  std::size_t map_bytes = 0;  ///< of the kernel's memory
  std::vector<capture::SetFacts> further_sets = {};  ///< the program sets beside it
};

struct CheckOptions {
  capture::TracerOptions tracer;  ///< `backend` kAuto: all are tried, in the agent's order
};

struct CheckReport {
  Host host;
  std::vector<Finding> findings;
  /// The agent would start and capture.
  [[nodiscard]] bool is_usable() const;
};

CheckReport check(const CheckOptions& options);

/// The deciding part, without touching the host. `trials` in the agent's order of preference;
/// `others`: an error says why it isn't known.
std::vector<Finding> findings_of(const Host& host, const std::vector<BackendTrial>& trials,
                                 const base::Result<std::vector<OtherPrograms>>& others);

std::string render_text(const CheckReport& report);
std::string render_json(const CheckReport& report);

}  // namespace obi::inspect
