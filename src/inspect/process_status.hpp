// SPDX-License-Identifier: Apache-2.0
// What everybody may read of a process: whose it is, and whether it is a program at all.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "discover/process.hpp"

namespace obi::inspect {

enum class ProcessKind : std::uint8_t {
  kProgram,
  kKernelThread,
  kEnded,       ///< a zombie: its parent hasn't asked for its end yet
  kUnreadable,  ///< a program, but this user may not read which
};
std::string_view to_string(ProcessKind kind);

struct ProcessStatus {
  char state = '?';                    ///< proc(5): R, S, D, Z, …
  bool is_kernel_thread = false;       ///< by its flags in /proc/PID/stat
  std::uint32_t leader = 0;            ///< of its threads; the pid itself of a process
  std::optional<std::uint32_t> owner;  ///< real user id
};

ProcessStatus read_status(const discover::Proc& proc, std::uint32_t pid);
ProcessKind kind_of(const discover::Process& process, const ProcessStatus& status);

}  // namespace obi::inspect
