// SPDX-License-Identifier: Apache-2.0
// What this process costs: proc(5), /proc/self.
#pragma once
#include <cstdint>

namespace obi::exporting {

struct ProcessUsage {
  double cpu_seconds = 0;  ///< user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t threads = 0;
};

/// What can't be read is 0.
ProcessUsage read_process_usage();

}  // namespace obi::exporting
