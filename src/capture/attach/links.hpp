// SPDX-License-Identifier: Apache-2.0
// Attaches programs to places in a file, for every process that maps it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capture/attach/probe_plan.hpp"

struct bpf_link;

namespace obi::capture {

/// Ending a link takes a grace period of RCU, with perf one for each place: Detacher does it.
struct EndLink {
  void operator()(bpf_link* link) const;
};
using Links = std::vector<std::unique_ptr<bpf_link, EndLink>>;

enum class AttachMethod : std::uint8_t {
  kMulti,  ///< one link for all places of a program (Linux 6.6)
  kPerf,   ///< a perf event for each place, each with a descriptor
};
/// kMulti if the kernel has it: found out by trying. Needs CAP_BPF and CAP_PERFMON.
AttachMethod best_attach_method();

/// A program is of one method; before it is loaded. Its section is "uprobe" or "uretprobe".
void set_attach_method(bpf_program* program, AttachMethod method);

/// Adds to `links` what was attached, also before a failure. `path` is used during the call alone.
base::Result<void> attach_plan(const ProbePlan& plan, const std::string& path, AttachMethod method,
                               Links& links);

/// Whether the call may succeed later: descriptors, memory or the kernel's own work are short.
bool is_passing(int error_number);

}  // namespace obi::capture
