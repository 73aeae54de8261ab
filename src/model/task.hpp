// SPDX-License-Identifier: Apache-2.0
// What runs: a thread of a process and, where a runtime multiplexes its work on threads, which part
// of that work.
#pragma once
#include <cstdint>

namespace obi::model {

struct Task {
  std::uint32_t pid = 0;       ///< thread group, root pid namespace
  std::uint32_t tid = 0;       ///< thread, root pid namespace; 0 = unknown
  std::uint64_t async_id = 0;  ///< goroutine, Node.js async id, Python Context; 0 = none
  bool operator==(const Task&) const = default;
};

}  // namespace obi::model
