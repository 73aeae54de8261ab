// SPDX-License-Identifier: Apache-2.0
#include "capture/perf_tracepoint.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>

namespace obi::capture {
namespace {

bool has_events(const base::Fd& root) { return faccessat(root.get(), "events", R_OK, 0) == 0; }

int system_call(long result) { return static_cast<int>(result); }

// Mounted, but nowhere.
base::Fd mount_detached(const char* type) {
  const base::Fd context(system_call(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)));
  if (!context) return {};
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return {};
  return base::Fd(system_call(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
}

// 0 if there is no such tracepoint.
std::uint64_t number_of(const base::Fd& tracefs, std::string_view name) {
  const std::string path = "events/" + std::string(name) + "/id";
  const base::Fd file(openat(tracefs.get(), path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 24> text{};
  if (!file || read(file.get(), text.data(), text.size()) <= 0) return 0;
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

base::Fd open_tracefs() {
  for (const char* place : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
    base::Fd root(open(place, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (root && has_events(root)) return root;
  }
  base::Fd own = mount_detached("tracefs");
  return own && has_events(own) ? std::move(own) : base::Fd();
}

base::Fd open_tracepoint(const base::Fd& tracefs, std::string_view name) {
  perf_event_attr event{};
  event.type = PERF_TYPE_TRACEPOINT;
  event.size = sizeof(event);
  event.config = number_of(tracefs, name);
  if (event.config == 0) {
    errno = ENOENT;
    return {};
  }
  const long fd = syscall(SYS_perf_event_open, &event, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  return base::Fd(system_call(fd));
}

}  // namespace obi::capture
