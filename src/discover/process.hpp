// SPDX-License-Identifier: Apache-2.0
// What /proc tells about one process. Every reader takes the root of the proc file system, so that tests can bring their
// own tree. All reads are bounded; a process that ends meanwhile gives nullopt or empty values.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace obi::discover {

struct Process {
  std::uint32_t pid = 0;            ///< as this /proc shows it
  std::uint32_t ns_pid = 0;         ///< in its innermost pid namespace
  std::uint32_t pid_namespace = 0;  ///< inode
  std::uint32_t net_namespace = 0;  ///< inode
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;    ///< since boot, in clock ticks: with the pid it identifies the process
  std::string executable;           ///< path as the process sees it, without " (deleted)"
  std::string command_line;         ///< arguments joined by spaces
  std::string container_id;         ///< 64 hex digits, or empty
};

class Proc {
 public:
  explicit Proc(std::string root = "/proc") : root_(std::move(root)) {}

  /// Kernel threads, which have no executable, give nullopt.
  [[nodiscard]] std::optional<Process> read(std::uint32_t pid) const;
  [[nodiscard]] std::vector<std::uint32_t> pids() const;
  /// NAME=value pairs of its environment at exec, at most 128 KiB.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> environment(std::uint32_t pid) const;
  /// Text of its maps, at most 1 MiB.
  [[nodiscard]] std::string maps(std::uint32_t pid) const;
  /// Inodes of the sockets it has open.
  [[nodiscard]] std::vector<std::uint64_t> socket_inodes(std::uint32_t pid) const;
  /// The executable's path that this process can open, whatever mount namespace the other is in.
  [[nodiscard]] std::string executable_link(std::uint32_t pid) const;
  [[nodiscard]] std::string path(std::uint32_t pid, std::string_view name) const;
  /// Seconds since the process started; nullopt if it is gone.
  [[nodiscard]] std::optional<double> age_seconds(const Process& process) const;

 private:
  std::string root_;
};

/// The container id in the text of /proc/PID/cgroup: 64 hex digits, as Docker, containerd, CRI-O, podman and Kubernetes
/// write them into the path. Empty outside containers.
std::string container_id_of(std::string_view cgroup_text);

}  // namespace obi::discover
