// SPDX-License-Identifier: Apache-2.0
// BPF programs of others that are loaded on this host, on the hooks that a tracing agent may share
// with them: sockets (sk_msg, sockops), tc, XDP and cgroup traffic.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace obi::inspect {

struct OtherPrograms {
  std::string hook;   ///< "sk_msg", "sock_ops", "tc", "xdp", "cgroup traffic"
  std::string owner;  ///< "Cilium", "Calico", …; empty = a name that we don't know
  std::vector<std::string> names;
};

/// One entry per hook and owner. Needs CAP_SYS_ADMIN (BPF_PROG_GET_NEXT_ID).
base::Result<std::vector<OtherPrograms>> other_programs();

/// Who names BPF programs like this; empty = unknown.
std::string_view owner_of(std::string_view program_name);

}  // namespace obi::inspect
