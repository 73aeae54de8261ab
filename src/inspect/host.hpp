// SPDX-License-Identifier: Apache-2.0
// What this host is and allows, read from /proc and /sys and by asking the kernel; nothing is
// rated or changed here. Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/kernel_version.hpp"
#include "base/result.hpp"

namespace obi::inspect {

enum class Cgroups : std::uint8_t { kNone, kVersion1, kHybrid, kVersion2 };

struct Host {
  std::string release;  ///< as of uname
  std::string machine;
  base::KernelVersion kernel;
  std::string btf_file;            ///< the kernel's types; empty = there are none
  std::uint64_t capabilities = 0;  ///< effective ones of this process, bit per number
  std::string lockdown;  ///< "none", "integrity", "confidentiality"; empty = the kernel has none
  std::optional<int> unprivileged_bpf_disabled;  ///< sysctl; empty = can't be read
  std::optional<int> perf_event_paranoid;
  std::optional<int> jit_enabled;
  bool has_tracefs = false;
  Cgroups cgroups = Cgroups::kNone;
  std::optional<std::uint64_t> memlock_limit;  ///< bytes; empty = unlimited
  bool in_root_pid_namespace = false;
  bool has_seccomp_filter = false;

  [[nodiscard]] bool has(int capability) const {
    return (capabilities >> static_cast<unsigned>(capability) & 1U) != 0;
  }
};

/// `root` is put before every path, for tests. What the kernel is asked directly (uname,
/// capabilities, limits) is always this host's.
Host read_host(const std::string& root = "", const std::string& btf_file = "");

/// Mounts tracefs at /sys/kernel/tracing if it isn't there. Not needed by every hook, so a failure
/// is only returned.
base::Result<void> mount_tracefs();

}  // namespace obi::inspect
