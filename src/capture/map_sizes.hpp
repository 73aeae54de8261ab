// SPDX-License-Identifier: Apache-2.0
// How large the BPF maps may be, so that all of them together stay under max_kernel_memory.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/result.hpp"

namespace obi::capture {

/// A map as it is declared.
struct MapShape {
  std::uint32_t type = 0;  ///< enum bpf_map_type
  std::uint32_t key_bytes = 0;
  std::uint32_t value_bytes = 0;
  std::uint32_t entries = 0;  ///< bytes, of a ring buffer
};

/// What the kernel charges for it, rather too much than too little. `cpus`: those that the kernel
/// could have, since per-CPU maps hold a value for each.
std::size_t estimated_bytes(const MapShape& map, std::size_t cpus);

/// Halvings of the maps that may shrink (ring buffer of segments, connections, processes) until
/// `shrinkable` >> halvings fits beside `fixed`. At most kMaxHalvings; the error says what is
/// needed at least. `ceiling` 0 = none.
inline constexpr unsigned kMaxHalvings = 4;  // 256 KiB of ring, 1024 connections and processes
base::Result<unsigned> halvings_to_fit(std::size_t shrinkable, std::size_t fixed,
                                       std::size_t ceiling);

}  // namespace obi::capture
