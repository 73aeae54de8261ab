// SPDX-License-Identifier: Apache-2.0
#include "app/memory_guard.hpp"

#include <spdlog/spdlog.h>

namespace obi::app {
namespace {
// A look costs thousands of instructions, and what makes memory grow fast makes a look due, too.
constexpr std::uint64_t kLookNs = 1'000'000'000;
constexpr std::uint64_t kWorriedLookNs = 100'000'000;
constexpr std::uint64_t kWarningNs = 60'000'000'000;
constexpr std::size_t kMebibyte = 1024UL * 1024;
}  // namespace

MemoryGuard::Level MemoryGuard::look(std::uint64_t now_ns) {
  taken_ = 0;
  if (ceiling_ == 0) return level_;
  const std::size_t resident = resident_();
  level_ = resident > ceiling_ - ceiling_ / 16  ? Level::kFull
           : resident > ceiling_ - ceiling_ / 8 ? Level::kHigh
                                                : Level::kFine;
  next_look_ns_ = now_ns + (level_ == Level::kFine ? kLookNs : kWorriedLookNs);
  if (level_ != Level::kFine && now_ns >= next_warning_ns_) {
    next_warning_ns_ = now_ns + kWarningNs;
    spdlog::warn("memory={}MiB max_memory={}MiB: what is remembered of connections is given up{}",
                 resident / kMebibyte, ceiling_ / kMebibyte,
                 level_ == Level::kFull ? ", and segments are dropped" : "");
  }
  return level_;
}

}  // namespace obi::app
