// SPDX-License-Identifier: Apache-2.0
// Where the kernel may preempt a BPF program: it then skips that program for every other task of
// the CPU, until the first one goes on. Kprobes' programs and those that perf attaches to
// tracepoints run with preemption off.
#pragma once
#include <string_view>

#include "base/kernel_version.hpp"

namespace obi::capture {

/// From 7.0 on (until then the tracepoint itself turned preemption off).
bool preempts_raw_tracepoints(base::KernelVersion kernel);

/// A kernel that has no other model since 7.0, or was built with one, or was told to use one.
/// `build`: utsname.version,
/// "#1 SMP PREEMPT_DYNAMIC …". `models`: of debugfs, sched/preempt, with the one in use in
/// parentheses ("none (voluntary) full"); empty = unknown. `command_line`: of the kernel, whose
/// preempt= counts where models are unknown. Unknown is true.
bool preempts_kernel(base::KernelVersion kernel, std::string_view build, std::string_view models,
                     std::string_view command_line);

/// As this kernel does it now. Trampolines leave preemption on, on every kernel.
bool preempts_trampolines();

}  // namespace obi::capture
