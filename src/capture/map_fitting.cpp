// SPDX-License-Identifier: Apache-2.0
// What is known of each map by its name, and the sizes of maps before they are made.
#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "bpf/shared/shared_state.h"
#include "capture/map_sizes.hpp"

namespace obi::capture {
namespace {

constexpr std::string_view kSegmentsRing = "segments";

struct MapRow {
  std::string_view name;
  bool is_shared = false;
  bool may_shrink = false;
};

// The maps of bpf/maps. One without a row is its object's own, of the size that it declares.
constexpr auto kMaps = std::to_array<MapRow>({
    {.name = OBI_SHARED_STATE_MAP, .is_shared = true},
    {.name = kSegmentsRing, .is_shared = true, .may_shrink = true},
    {.name = "process_events", .is_shared = true},
    {.name = "connections", .is_shared = true, .may_shrink = true},
    {.name = "source_streams", .is_shared = true, .may_shrink = true},
    {.name = "capture_overrides", .is_shared = true, .may_shrink = true},
    {.name = "next_connection", .is_shared = true},
    {.name = "datagram_connections", .is_shared = true, .may_shrink = true},
    {.name = "datagram_peers", .is_shared = true},
    {.name = "connecting", .is_shared = true, .may_shrink = true},
    {.name = "descriptors", .is_shared = true},
    {.name = "allowed_pids", .is_shared = true, .may_shrink = true},
    {.name = "pid_segments", .is_shared = true},
    {.name = "forked_marks", .is_shared = true},
    {.name = "pid_filter_cache", .is_shared = true},
    {.name = "losses", .is_shared = true},
    {.name = "pending_calls", .may_shrink = true},
});

MapRow row_of(std::string_view name) {
  const auto* row = std::ranges::find(kMaps, name, &MapRow::name);
  return row == kMaps.end() ? MapRow{.name = name} : *row;
}

void size_segments_ring(bpf_object* object, std::size_t bytes) {
  bpf_map* ring = bpf_object__find_map_by_name(object, kSegmentsRing.data());
  if (ring != nullptr) bpf_map__set_max_entries(ring, static_cast<std::uint32_t>(bytes));
}

}  // namespace

bool is_shared(std::string_view map) { return row_of(map).is_shared; }

MapShape shape_of(const bpf_map* map) {
  return {.type = bpf_map__type(map),
          .key_bytes = bpf_map__key_size(map),
          .value_bytes = bpf_map__value_size(map),
          .entries = bpf_map__max_entries(map)};
}

std::size_t possible_cpus() {
  return static_cast<std::size_t>(std::max(1, libbpf_num_possible_cpus()));
}

void MapDemand::add(bpf_object* object, std::size_t ring_bytes) {
  size_segments_ring(object, ring_bytes);
  const bpf_map* map = nullptr;
  while ((map = bpf_object__next_map(object, map)) != nullptr) {
    const MapRow row = row_of(bpf_map__name(map));
    if (row.is_shared && !shared.emplace(row.name).second) continue;
    (row.may_shrink ? shrinkable : fixed) += estimated_bytes(shape_of(map), possible_cpus());
  }
}

void resize_maps(bpf_object* object, std::size_t ring_bytes, unsigned halvings) {
  size_segments_ring(object, ring_bytes);
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (row_of(bpf_map__name(map)).may_shrink)
      bpf_map__set_max_entries(map, bpf_map__max_entries(map) >> halvings);
  }
}

}  // namespace obi::capture
