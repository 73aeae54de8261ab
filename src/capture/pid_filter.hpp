// SPDX-License-Identifier: Apache-2.0
// User-space side of the PID filter (layout: bpf/shared/pid_filter.h): fills the bitmap and the
// exact table, and voids the kernel's cache of them. Not thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <utility>

#include "base/result.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

class PidFilter {
 public:
  /// `segments`: the memory-mapped bitmap of OBI_PID_SEGMENTS words; `generation`: that of the
  /// kernel's cache.
  PidFilter(int allowed_map, std::uint64_t* segments, std::uint32_t* generation)
      : allowed_map_(allowed_map), segments_(segments), generation_(generation) {}

  base::Result<void> allow(const PidIdentity& process);
  void block(const PidIdentity& process);

 private:
  void publish();
  int allowed_map_;
  std::uint64_t* segments_;
  std::uint32_t* generation_;
};

}  // namespace obi::capture
