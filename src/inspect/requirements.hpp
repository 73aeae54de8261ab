// SPDX-License-Identifier: Apache-2.0
// What the agent needs of a host, held against what the host is. Pure functions of inspect::Host.
#pragma once
#include <string>
#include <vector>

#include "base/kernel_version.hpp"
#include "base/result.hpp"
#include "inspect/host.hpp"

namespace obi::inspect {

/// Older kernels charge maps to the limit of locked memory instead of the memory cgroup.
inline constexpr base::KernelVersion kMapsInMemoryCgroup{.major = 5, .minor = 11};

struct MissingCapability {
  std::string name;        ///< "CAP_BPF"
  std::string why;         ///< what it is for, such as "to load BPF programs"
  bool essential = false;  ///< nothing works without it
};

/// Those that the enabled features need and the process lacks: essential ones first. CAP_SYS_ADMIN
/// stands for BPF, PERFMON and CHECKPOINT_RESTORE (capabilities(7)), and is itself needed where the
/// kernel doesn't know those (before 5.8).
std::vector<MissingCapability> missing_capabilities(const Host& host);

/// Refuses a kernel that can't work: older than 5.8 (4.18 of RHEL 8 and its like has what is
/// needed), or without types (BTF).
base::Result<void> check_kernel(const Host& host);

}  // namespace obi::inspect
