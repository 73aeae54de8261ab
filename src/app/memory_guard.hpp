// SPDX-License-Identifier: Apache-2.0
// Holds the agent's resident memory under its ceiling (max_memory): tells when what is remembered
// of connections must shrink, and when nothing more may be taken in. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/memory.hpp"

namespace obi::app {

class MemoryGuard {
 public:
  enum class Level : std::uint8_t {
    kFine,
    kHigh,  ///< above 7/8 of the ceiling: give memory back
    kFull,  ///< above 15/16 of it: take nothing in
  };

  /// `ceiling` in bytes, 0 = none.
  explicit MemoryGuard(std::size_t ceiling,
                       std::function<std::size_t()> resident = base::resident_bytes)
      : ceiling_(ceiling), resident_(std::move(resident)) {}

  /// So many bytes are about to be taken in.
  void took(std::size_t bytes) { taken_ += bytes; }
  /// Time to look: 1 MiB was taken in since the last look.
  [[nodiscard]] bool has_taken_much() const { return taken_ >= kMuch; }
  /// Time to look: 1 s has gone by since the last look; 100 ms if that found little room.
  [[nodiscard]] bool is_due(std::uint64_t now_ns) const { return now_ns >= next_look_ns_; }
  Level look(std::uint64_t now_ns);
  /// What the last look found.
  [[nodiscard]] Level level() const { return level_; }

 private:
  static constexpr std::size_t kMuch = 1UL << 20;
  std::size_t ceiling_;
  std::function<std::size_t()> resident_;
  std::size_t taken_ = 0;
  Level level_ = Level::kFine;
  std::uint64_t next_look_ns_ = 0;
  std::uint64_t next_warning_ns_ = 0;
};

}  // namespace obi::app
