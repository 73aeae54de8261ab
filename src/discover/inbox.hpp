// SPDX-License-Identifier: Apache-2.0
// What discovery reacts to: each kind of event that may change the decision about a process is an
// alternative here and a handler in discovery.
#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "model/segment.hpp"

namespace obi::discover {

/// The kernel side reported a fork, an exec, an exit or a listening socket.
struct KernelEvent {
  model::ProcessEvent event;
  std::string executable;  ///< of an exec: the path, as far as the kernel reported it
};

/// The source of metadata has other metadata for these processes than before. It holds the new one
/// already: the event carries none, so it is small, and a lost one is made up for by a scan.
struct MetadataChanged {
  std::string container_id;  ///< all processes of this container; empty: none
  std::uint32_t pid = 0;     ///< this process, as /proc shows it; 0: none
};

using InboxEvent = std::variant<KernelEvent, MetadataChanged>;

}  // namespace obi::discover
