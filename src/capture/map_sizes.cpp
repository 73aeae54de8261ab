// SPDX-License-Identifier: Apache-2.0
#include "capture/map_sizes.hpp"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <cmath>

namespace obi::capture {
namespace {

constexpr std::size_t kPage = 4096;
// struct htab_elem, its list heads and the bucket (kernel/bpf/hashtab.c), rounded up.
constexpr std::size_t kHashElement = 80;
// Positions of both sides and the kernel's own; two pointers to each page besides.
constexpr std::size_t kRingPages = 5;
constexpr double kMebibyte = 1024.0 * 1024.0;

std::size_t round_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

}  // namespace

// Kernels before 6.4 charge whole pages, and an array for its keys, too.
std::size_t estimated_bytes(const MapShape& map, std::size_t cpus) {
  const std::size_t value = round_up(map.value_bytes, 8);
  std::size_t bytes = 0;
  switch (map.type) {
    case BPF_MAP_TYPE_RINGBUF: bytes = map.entries + map.entries / 256 + kRingPages * kPage; break;
    case BPF_MAP_TYPE_PERCPU_ARRAY:
      bytes = round_up(map.key_bytes + value * cpus, 8) * map.entries;
      break;
    case BPF_MAP_TYPE_HASH:
    case BPF_MAP_TYPE_LRU_HASH:
      bytes = (round_up(map.key_bytes, 8) + value + kHashElement) * map.entries;
      break;
    default: bytes = round_up(map.key_bytes + value, 8) * map.entries;
  }
  return round_up(bytes, kPage) + kPage;
}

base::Result<unsigned> halvings_to_fit(std::size_t shrinkable, std::size_t fixed,
                                       std::size_t ceiling) {
  if (ceiling == 0) return 0;
  for (unsigned halvings = 0; halvings <= kMaxHalvings; ++halvings) {
    if (fixed + (shrinkable >> halvings) <= ceiling) return halvings;
  }
  const auto least = static_cast<double>(fixed + (shrinkable >> kMaxHalvings));
  return base::fail(fmt::format(
      "its maps take at least {} MiB on this host, more than max_kernel_memory ({} MiB)",
      std::ceil(least / kMebibyte), static_cast<double>(ceiling) / kMebibyte));
}

}  // namespace obi::capture
