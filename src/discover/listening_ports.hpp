// SPDX-License-Identifier: Apache-2.0
// Which TCP ports are listened on, by socket inode, in the network namespace of a process.
#pragma once
#include <cstdint>
#include <map>

#include "discover/process.hpp"

namespace obi::discover {

/// Socket inode → port of every listening TCP socket (IPv4 and IPv6) of the network namespace that `pid` is in. Uses
/// sock_diag (12 µs here) in the own namespace, /proc/PID/net/tcp{,6} in any other.
std::map<std::uint64_t, std::uint16_t> listening_ports(const Proc& proc, std::uint32_t pid, bool own_namespace);

/// Reads the text of /proc/net/tcp or tcp6 (proc(5)): rows in state 0A are listening.
void parse_proc_net_tcp(std::string_view text, std::map<std::uint64_t, std::uint16_t>& ports);

}  // namespace obi::discover
