// SPDX-License-Identifier: Apache-2.0
// Holds the agent's resident memory under its ceiling (max_memory). Holders keep to their shares of
// the account by themselves; the guard looks at what the kernel says, lowers the budget of the
// account when the process is too large all the same, and raises it again. Only where what is
// captured is itself above its share, and nothing else helps, nothing more is taken in for a
// moment. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/memory.hpp"
#include "model/memory_account.hpp"

namespace obi::app {

class MemoryGuard {
 public:
  enum class Level : std::uint8_t {
    kFine,
    kHigh,  ///< above 7/8 of the ceiling: those above their share give memory back
    kFull,  ///< above 15/16 of it: what is captured may have to be dropped
  };
  struct Sources {
    std::function<std::size_t()> resident = base::resident_bytes;
    /// Gives the allocator's free pages back to the kernel.
    std::function<void()> trim = base::trim_heap;
  };

  /// `ceiling` in bytes, 0 = none. The account must outlive the guard.
  MemoryGuard(std::size_t ceiling, model::MemoryAccount& account)
      : MemoryGuard(ceiling, account, Sources{}) {}
  MemoryGuard(std::size_t ceiling, model::MemoryAccount& account, Sources sources)
      : ceiling_(ceiling), account_(account), sources_(std::move(sources)) {}

  /// What the holders may have together, when the program itself needs `base` bytes: up to where
  /// the guard begins to act, and never less than a quarter of the ceiling.
  static std::size_t budget(std::size_t ceiling, std::size_t base);

  /// So many bytes are about to be taken in.
  void took(std::size_t bytes) { taken_ += bytes; }
  /// Time to look: 1 MiB was taken in since the last look.
  [[nodiscard]] bool has_taken_much() const { return taken_ >= kMuch; }
  /// Time to look: 1 s has gone by since the last look; 100 ms if that found little room.
  [[nodiscard]] bool is_due(std::uint64_t now_ns) const { return now_ns >= next_look_ns_; }
  Level look(std::uint64_t now_ns);
  /// What the last look found.
  [[nodiscard]] Level level() const { return level_; }
  /// What is captured must be dropped: there is no room at all, and dropping it helps.
  [[nodiscard]] bool must_drop() const { return level_ == Level::kFull && capture_in_excess(); }

 private:
  static constexpr std::size_t kMuch = 1UL << 20;
  [[nodiscard]] bool capture_in_excess() const;
  void warn(std::uint64_t now_ns, std::size_t resident);

  std::size_t ceiling_;
  model::MemoryAccount& account_;
  Sources sources_;
  std::size_t taken_ = 0;
  Level level_ = Level::kFine;
  std::uint64_t next_look_ns_ = 0;
  std::uint64_t next_trim_ns_ = 0;
  std::uint64_t next_warning_ns_ = 0;
};

}  // namespace obi::app
