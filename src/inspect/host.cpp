// SPDX-License-Identifier: Apache-2.0
#include "inspect/host.hpp"

#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

namespace obi::inspect {
namespace {

constexpr const char* kTracefs = "/sys/kernel/tracing";
// PROC_PID_INIT_INO of include/linux/proc_ns.h: fixed since namespaces have inodes.
constexpr const char* kRootPidNamespace = "pid:[4026531836]";

std::uint64_t effective_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (syscall(SYS_capget, &header, data.data()) != 0) return 0;
  return data[0].effective | static_cast<std::uint64_t>(data[1].effective) << 32U;
}

std::optional<int> number_in(const std::string& path) {
  std::ifstream file(path);
  int value = 0;
  return file >> value ? std::optional(value) : std::nullopt;
}

bool is_mounted(const std::string& path, long magic) {
  struct statfs info{};
  return statfs(path.c_str(), &info) == 0 && info.f_type == magic;
}

// "none [integrity] confidentiality": the brackets mark the current one.
std::string lockdown_of(const std::string& root) {
  std::ifstream file(root + "/sys/kernel/security/lockdown");
  for (std::string word; file >> word;) {
    if (word.starts_with('[') && word.ends_with(']')) return word.substr(1, word.size() - 2);
  }
  return {};
}

Cgroups cgroups_of(const std::string& root) {
  const std::string path = root + "/sys/fs/cgroup";
  if (access((path + "/cgroup.controllers").c_str(), F_OK) == 0) return Cgroups::kVersion2;
  if (access((path + "/unified/cgroup.controllers").c_str(), F_OK) == 0) return Cgroups::kHybrid;
  const bool has_version1 =
      access((path + "/memory").c_str(), F_OK) == 0 || access((path + "/cpu").c_str(), F_OK) == 0;
  return has_version1 ? Cgroups::kVersion1 : Cgroups::kNone;
}

std::optional<std::uint64_t> memlock_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return {};
  return limit.rlim_cur;
}

bool is_link_to(const std::string& path, const std::string& target) {
  std::array<char, 64> text{};
  const ssize_t size = readlink(path.c_str(), text.data(), text.size());
  return size > 0 && std::string_view(text.data(), static_cast<std::size_t>(size)) == target;
}

// "Seccomp: 2" is a filter (man 5 proc).
bool has_seccomp_filter(const std::string& root) {
  std::ifstream status(root + "/proc/self/status");
  for (std::string key; status >> key;) {
    int mode = 0;
    if (key == "Seccomp:" && status >> mode) return mode == 2;
  }
  return false;
}

std::string btf_of(const std::string& root, const std::string& wanted) {
  const std::string path = wanted.empty() ? root + "/sys/kernel/btf/vmlinux" : wanted;
  return access(path.c_str(), R_OK) == 0 ? path : std::string();
}

}  // namespace

Host read_host(const std::string& root, const std::string& btf_file) {
  Host host;
  utsname name{};
  uname(&name);
  host.release = name.release;
  host.machine = name.machine;
  host.kernel = base::parse_release(host.release);
  host.btf_file = btf_of(root, btf_file);
  host.capabilities = effective_capabilities();
  host.lockdown = lockdown_of(root);
  host.unprivileged_bpf_disabled = number_in(root + "/proc/sys/kernel/unprivileged_bpf_disabled");
  host.perf_event_paranoid = number_in(root + "/proc/sys/kernel/perf_event_paranoid");
  host.jit_enabled = number_in(root + "/proc/sys/net/core/bpf_jit_enable");
  host.has_tracefs = is_mounted(root + kTracefs, TRACEFS_MAGIC);
  host.cgroups = cgroups_of(root);
  host.memlock_limit = memlock_limit();
  host.in_root_pid_namespace = is_link_to(root + "/proc/self/ns/pid", kRootPidNamespace);
  host.has_seccomp_filter = has_seccomp_filter(root);
  return host;
}

base::Result<void> mount_tracefs() {
  if (is_mounted(kTracefs, TRACEFS_MAGIC)) return {};
  if (mount("tracefs", kTracefs, "tracefs", 0, nullptr) != 0)
    return base::fail("mounting tracefs at /sys/kernel/tracing", errno);
  return {};
}

}  // namespace obi::inspect
