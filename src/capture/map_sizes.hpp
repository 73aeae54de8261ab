// SPDX-License-Identifier: Apache-2.0
// How large the BPF maps may be, so that all of them together stay under max_kernel_memory, and
// which of them the program sets share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct bpf_map;
struct bpf_object;

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

/// CPUs that the kernel could have.
std::size_t possible_cpus();
MapShape shape_of(const bpf_map* map);

/// All program sets have one map of that name; other maps are their object's own.
bool is_shared(std::string_view map);

/// Bytes of the maps of several objects.
struct MapDemand {
  std::size_t shrinkable = 0;
  std::size_t fixed = 0;
  std::set<std::string> shared;  ///< maps that are counted already
  void add(bpf_object* object, std::size_t ring_bytes);
};

/// Before the object's maps are made: the ring of segments gets `ring_bytes`, then those that may
/// shrink are halved.
void resize_maps(bpf_object* object, std::size_t ring_bytes, unsigned halvings);

}  // namespace obi::capture
