// SPDX-License-Identifier: Apache-2.0
// Tracepoints as perf has them: by the number that tracefs gives to each.
#pragma once
#include <string_view>

#include "base/fd.hpp"

namespace obi::capture {

/// The root of tracefs; where it isn't mounted (containers), of a mount that nobody else sees
/// (fsopen(2), kernel 5.2: CAP_SYS_ADMIN). Empty: it can't be had.
base::Fd open_tracefs();

/// A perf event at every hit of "raw_syscalls/sys_exit", on all CPUs as far as a BPF program is
/// attached to it. Empty: errno says why.
base::Fd open_tracepoint(const base::Fd& tracefs, std::string_view name);

}  // namespace obi::capture
