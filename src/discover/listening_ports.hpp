// SPDX-License-Identifier: Apache-2.0
// Which TCP ports are listened on, per network namespace, by socket inode: a process owns a port if
// one of its descriptors is that socket, no matter which process opened it (an inherited socket
// counts). Not thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "discover/process.hpp"

namespace obi::discover {

/// Listening sockets of one network namespace: socket inode → port, at most 65536.
using ListeningSockets = std::map<std::uint64_t, std::uint16_t>;

/// Reads the text of /proc/net/tcp or tcp6 (proc(5)): rows in state 0A are listening.
void parse_proc_net_tcp(std::string_view text, ListeningSockets& sockets);

/// A view of all namespaces at one time: each is asked once until `refresh`.
class ListeningPorts {
 public:
  /// `own_namespace`: inode of the network namespace that this thread is in.
  ListeningPorts(const Proc& proc, std::uint32_t own_namespace)
      : proc_(proc), own_namespace_(own_namespace) {}

  void refresh() { tables_.clear(); }
  /// Ports that the process listens on, sorted. Reads its descriptors only if its namespace has
  /// listening sockets.
  std::vector<std::uint16_t> of(const Process& process);
  /// Changes when sockets of the process's namespace begin or cease to listen.
  std::uint64_t digest(const Process& process);

 private:
  struct Table {
    ListeningSockets sockets;
    std::uint64_t digest = 0;
  };
  bool read_diag(const Process& process, ListeningSockets& sockets);
  const Table& table(const Process& process);

  const Proc& proc_;
  std::uint32_t own_namespace_;
  bool has_diag_ = true;
  std::unordered_map<std::uint32_t, Table> tables_;
};

}  // namespace obi::discover
