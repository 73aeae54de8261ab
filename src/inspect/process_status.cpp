// SPDX-License-Identifier: Apache-2.0
#include "inspect/process_status.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string>

namespace obi::inspect {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::uint64_t kKernelThreadFlag = 0x0020'0000;  // PF_KTHREAD, include/linux/sched.h

// The first number behind "Name:" in the text of /proc/PID/status.
std::optional<std::uint32_t> field(std::string_view text, std::string_view name) {
  const std::size_t at = text.find("\n" + std::string(name) + ":");
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + name.size() + 2);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string_view to_string(ProcessKind kind) {
  switch (kind) {
    case ProcessKind::kProgram: return "program";
    case ProcessKind::kKernelThread: return "kernel_thread";
    case ProcessKind::kEnded: return "ended";
    case ProcessKind::kUnreadable: break;
  }
  return "unreadable";
}

ProcessStatus read_status(const discover::Proc& proc, std::uint32_t pid) {
  ProcessStatus status;
  const std::string stat = proc.text(pid, "stat", kMaxFile);
  const std::size_t name_end = stat.rfind(')');
  if (name_end != std::string::npos) {
    std::istringstream fields(stat.substr(name_end + 1));
    std::string ignored;
    std::uint64_t flags = 0;
    fields >> status.state;
    for (int i = 4; i < 9; ++i) fields >> ignored;
    fields >> flags;
    status.is_kernel_thread = (flags & kKernelThreadFlag) != 0;
  }
  const std::string text = proc.text(pid, "status", kMaxFile);
  status.leader = field(text, "Tgid").value_or(pid);
  status.owner = field(text, "Uid");
  return status;
}

ProcessKind kind_of(const discover::Process& process, const ProcessStatus& status) {
  if (!process.program.executable.empty()) return ProcessKind::kProgram;
  if (status.is_kernel_thread) return ProcessKind::kKernelThread;
  const bool ended = status.state == 'Z' || status.state == 'X';
  return ended ? ProcessKind::kEnded : ProcessKind::kUnreadable;
}

}  // namespace obi::inspect
