// SPDX-License-Identifier: Apache-2.0
// What /proc holds about one process. Every reader takes the root of the proc file system, so that
// tests can bring their own tree. All reads are bounded; a process that ends meanwhile gives
// nullopt or empty values.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace obi::discover {

/// Tells one program of one process from any other: the number alone comes back after a while, and
/// a process may replace its program.
struct ProgramIdentity {
  std::uint64_t start_ticks = 0;  ///< since boot, in clock ticks; survives exec
  std::uint64_t stack_start = 0;  ///< random for each exec, kept by fork; 0 where /proc hides it
  std::string executable;         ///< path as the process sees it, without " (deleted)"
  bool operator==(const ProgramIdentity&) const = default;
};

struct Process {
  std::uint32_t pid = 0;            ///< as this /proc shows it
  std::uint32_t ns_pid = 0;         ///< in its innermost pid namespace
  std::uint32_t pid_namespace = 0;  ///< inode
  std::uint32_t net_namespace = 0;  ///< inode
  std::uint32_t parent_pid = 0;
  ProgramIdentity program;
  std::string command_line;  ///< arguments joined by spaces, at most 16 KiB
  std::string container_id;  ///< 64 hex digits, or empty
};

class Proc {
 public:
  explicit Proc(std::string root = "/proc") : root_(std::move(root)) {}

  /// Only `pid`, `parent_pid` and `program`: two system calls' worth. Kernel threads and zombies,
  /// which have no executable, give nullopt.
  [[nodiscard]] std::optional<Process> identify(std::uint32_t pid) const;
  /// All fields; nullopt as above.
  [[nodiscard]] std::optional<Process> read(std::uint32_t pid) const;
  /// All fields that this user may read, also of kernel threads, of zombies and of threads that
  /// don't lead their process: `program.executable` may be empty. Nullopt only if there is no such
  /// process.
  [[nodiscard]] std::optional<Process> read_anything(std::uint32_t pid) const;
  [[nodiscard]] std::vector<std::uint32_t> pids() const;
  /// NAME=value pairs of its environment at exec, at most 128 KiB.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> environment(
      std::uint32_t pid) const;
  /// Text of its maps, at most 1 MiB.
  [[nodiscard]] std::string maps(std::uint32_t pid) const;
  /// Text of /proc/PID/`name`, at most `limit` bytes; empty if it can't be read.
  [[nodiscard]] std::string text(std::uint32_t pid, std::string_view name, std::size_t limit) const;
  /// Inodes of the sockets it has open, sorted; at most 65536.
  [[nodiscard]] std::vector<std::uint64_t> socket_inodes(std::uint32_t pid) const;
  /// The executable's path that this process can open, whatever mount namespace the other is in.
  [[nodiscard]] std::string executable_link(std::uint32_t pid) const;
  [[nodiscard]] std::string path(std::uint32_t pid, std::string_view name) const;
  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  [[nodiscard]] std::string executable(std::uint32_t pid) const;
  void read_rest(Process& process) const;
  std::string root_;
};

/// How long ago a process started, by the clock that start_ticks counts from.
std::chrono::nanoseconds age_of(const ProgramIdentity& program);

/// The container id in the text of /proc/PID/cgroup (v1 and v2): 64 hex digits, as Docker,
/// containerd, CRI-O, podman and Kubernetes write them into the path; the innermost of nested ones.
/// Empty outside containers, and for conmon, which sits beside a container under its name.
std::string container_id_of(std::string_view cgroup_text);

}  // namespace obi::discover
