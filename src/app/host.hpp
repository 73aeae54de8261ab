// SPDX-License-Identifier: Apache-2.0
// What this host allows, asked before anything is loaded, so that a refusal is told in one clear
// line.
#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"

namespace obi::app {

/// Capabilities that the process lacks of those that application tracing asks for: BPF (or
/// SYS_ADMIN), PERFMON, …
std::vector<std::string> missing_capabilities();

/// Refuses a kernel that can't work: older than 5.8 (4.18 on RHEL-like systems), or without BTF.
base::Result<void> check_kernel();

/// Mounts tracefs at /sys/kernel/tracing if it isn't there. Not needed by every hook, so a failure
/// is only returned.
base::Result<void> mount_tracefs();

}  // namespace obi::app
