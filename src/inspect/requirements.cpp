// SPDX-License-Identifier: Apache-2.0
#include "inspect/requirements.hpp"

#include <fmt/format.h>
#include <linux/capability.h>

#include <array>

namespace obi::inspect {
namespace {

// Newer than some C libraries' headers: include/uapi/linux/capability.h of kernel 5.8 and 5.9.
constexpr int kCapPerfmon = 38;
constexpr int kCapBpf = 39;
constexpr int kCapCheckpointRestore = 40;

constexpr base::KernelVersion kFineCapabilities{.major = 5, .minor = 8};
constexpr base::KernelVersion kEver{};
constexpr base::KernelVersion kNever{.major = 1'000'000, .minor = 0};

struct Need {
  int number;
  const char* name;
  const char* why;
  bool essential;
  bool part_of_sys_admin;
  base::KernelVersion from;    // kernels that ask for it: from ≤ version
  base::KernelVersion before;  // … < before
};

constexpr std::array kNeeds = {
    Need{CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "to load BPF programs", true, false, kEver,
         kFineCapabilities},
    Need{kCapBpf, "CAP_BPF", "to load BPF programs", true, true, kFineCapabilities, kNever},
    Need{kCapPerfmon, "CAP_PERFMON", "to attach them to the kernel's functions and tracepoints",
         true, true, kFineCapabilities, kNever},
    Need{CAP_SYS_RESOURCE, "CAP_SYS_RESOURCE", "to lock the memory of BPF maps", false, false,
         kEver, kMapsInMemoryCgroup},
    Need{CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "to read what other users' processes run and say", false,
         false, kEver, kNever},
    Need{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", "to read other users' executables", false,
         false, kEver, kNever},
    Need{kCapCheckpointRestore, "CAP_CHECKPOINT_RESTORE", "to open the files that processes map",
         false, true, kFineCapabilities, kNever},
};

bool is_red_hat_8(const Host& host) {
  return host.kernel == base::KernelVersion{.major = 4, .minor = 18} &&
         host.release.find(".el8") != std::string::npos;
}

}  // namespace

std::vector<MissingCapability> missing_capabilities(const Host& host) {
  std::vector<MissingCapability> missing;
  for (const Need& need : kNeeds) {
    const bool asked_for = host.kernel >= need.from && host.kernel < need.before;
    const bool granted =
        host.has(need.number) || (need.part_of_sys_admin && host.has(CAP_SYS_ADMIN));
    if (asked_for && !granted)
      missing.push_back({.name = need.name, .why = need.why, .essential = need.essential});
  }
  return missing;
}

base::Result<void> check_kernel(const Host& host) {
  if (host.kernel < base::KernelVersion{.major = 5, .minor = 8} && !is_red_hat_8(host)) {
    return base::fail(fmt::format("kernel {} is too old: 5.8 or newer is needed, or 4.18 of RHEL 8",
                                  host.release));
  }
  if (host.btf_file.empty()) {
    return base::fail(
        "the kernel's types (BTF) can't be read: it must be built with CONFIG_DEBUG_INFO_BTF=y "
        "(then they are in /sys/kernel/btf/vmlinux), or be given by --btf FILE");
  }
  return {};
}

}  // namespace obi::inspect
