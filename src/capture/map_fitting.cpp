// SPDX-License-Identifier: Apache-2.0
// Sizes a back end's maps before they are made.
#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "capture/map_sizes.hpp"
#include "capture/programs.hpp"

namespace obi::capture {
namespace {

bool may_shrink(const bpf_map* map) {
  static constexpr auto kNames = std::to_array<std::string_view>(
      {"segments", "connections", "datagram_connections", "connecting", "capture_overrides",
       "allowed_pids", "pending_calls"});
  return std::ranges::find(kNames, bpf_map__name(map)) != kNames.end();
}

}  // namespace

MapShape shape_of(const bpf_map* map) {
  return {.type = bpf_map__type(map),
          .key_bytes = bpf_map__key_size(map),
          .value_bytes = bpf_map__value_size(map),
          .entries = bpf_map__max_entries(map)};
}

std::size_t possible_cpus() {
  return static_cast<std::size_t>(std::max(1, libbpf_num_possible_cpus()));
}

base::Result<void> Programs::fit_maps(const TracerOptions& options) {
  bpf_map__set_max_entries(bpf_object__find_map_by_name(object(), "segments"),
                           static_cast<std::uint32_t>(options.ring_bytes));
  std::size_t shrinkable = 0;
  std::size_t fixed = 0;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object()) {
    (may_shrink(map) ? shrinkable : fixed) += estimated_bytes(shape_of(map), possible_cpus());
  }
  const unsigned halvings = OBI_TRY(halvings_to_fit(shrinkable, fixed, options.max_map_bytes));
  bpf_object__for_each_map(map, object()) {
    if (may_shrink(map)) bpf_map__set_max_entries(map, bpf_map__max_entries(map) >> halvings);
  }
  // Records must not fill the ring before its reader is woken.
  set_wakeup_bytes(static_cast<std::uint32_t>(
      std::min(options.wakeup_bytes, (options.ring_bytes >> halvings) / 4)));
  return {};
}

}  // namespace obi::capture
