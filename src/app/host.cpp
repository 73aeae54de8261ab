// SPDX-License-Identifier: Apache-2.0
#include "app/host.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>

namespace obi::app {
namespace {

// Numbers newer than some C libraries' headers: include/uapi/linux/capability.h, kernel 5.8
// and 5.9.
constexpr int kCapPerfmon = 38;
constexpr int kCapBpf = 39;
constexpr int kCapCheckpointRestore = 40;

std::uint64_t effective_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (syscall(SYS_capget, &header, data.data()) != 0) return 0;
  return data[0].effective | static_cast<std::uint64_t>(data[1].effective) << 32U;
}

bool is_red_hat_like(std::string_view release) {
  return release.find(".el8") != std::string_view::npos;
}

}  // namespace

std::vector<std::string> missing_capabilities() {
  struct Wanted {
    int number;
    const char* name;
  };
  static constexpr std::array kWanted = {
      Wanted{kCapBpf, "CAP_BPF"},
      Wanted{kCapPerfmon, "CAP_PERFMON"},
      Wanted{CAP_SYS_PTRACE, "CAP_SYS_PTRACE"},
      Wanted{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"},
      Wanted{kCapCheckpointRestore, "CAP_CHECKPOINT_RESTORE"},
      Wanted{CAP_NET_RAW, "CAP_NET_RAW"},
  };
  const std::uint64_t have = effective_capabilities();
  const auto has = [&](int number) { return (have >> static_cast<unsigned>(number) & 1U) != 0; };
  std::vector<std::string> missing;
  if (has(CAP_SYS_ADMIN)) return missing;
  for (const Wanted& wanted : kWanted) {
    if (!has(wanted.number)) missing.emplace_back(wanted.name);
  }
  return missing;
}

base::Result<void> check_kernel() {
  utsname name{};
  uname(&name);
  int major = 0;
  int minor = 0;
  if (std::sscanf(name.release, "%d.%d", &major, &minor) != 2) return {};
  const bool new_enough = major > 5 || (major == 5 && minor >= 8);
  const bool back_ported = major == 4 && minor == 18 && is_red_hat_like(name.release);
  if (!new_enough && !back_ported) {
    return base::fail(fmt::format("kernel {} is too old: 5.8 or newer is needed, or 4.18 of RHEL 8",
                                  name.release));
  }
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return base::fail(
        "this kernel has no BTF (/sys/kernel/btf/vmlinux is missing): it must be built with "
        "CONFIG_DEBUG_INFO_BTF=y");
  }
  return {};
}

base::Result<void> mount_tracefs() {
  constexpr const char* kPath = "/sys/kernel/tracing";
  struct statfs info{};
  if (statfs(kPath, &info) == 0 && info.f_type == TRACEFS_MAGIC) return {};
  if (mount("tracefs", kPath, "tracefs", 0, nullptr) != 0)
    return base::fail("mounting tracefs at /sys/kernel/tracing", errno);
  return {};
}

}  // namespace obi::app
