// SPDX-License-Identifier: Apache-2.0
#include "app/memory_guard.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace obi::app {
namespace {

// A look costs thousands of instructions, and what makes memory grow fast makes a look due, too.
constexpr std::uint64_t kLookNs = 1'000'000'000;
constexpr std::uint64_t kWorriedLookNs = 100'000'000;
constexpr std::uint64_t kTrimNs = 1'000'000'000;  // it walks the whole heap
constexpr std::uint64_t kWarningNs = 60'000'000'000;
constexpr std::size_t kMebibyte = 1024UL * 1024;

std::size_t high(std::size_t ceiling) { return ceiling - ceiling / 8; }
std::size_t full(std::size_t ceiling) { return ceiling - ceiling / 16; }

}  // namespace

std::size_t MemoryGuard::budget(std::size_t ceiling, std::size_t base) {
  const std::size_t most = high(ceiling);
  return std::max(ceiling / 4, most > base ? most - base : 0);
}

MemoryGuard::Level MemoryGuard::look(std::uint64_t now_ns) {
  taken_ = 0;
  if (ceiling_ == 0) return level_;
  std::size_t resident = sources_.resident();
  if (resident > high(ceiling_) && now_ns >= next_trim_ns_) {
    next_trim_ns_ = now_ns + kTrimNs;
    sources_.trim();
    resident = sources_.resident();
  }
  level_ = resident > full(ceiling_)   ? Level::kFull
           : resident > high(ceiling_) ? Level::kHigh
                                       : Level::kFine;
  next_look_ns_ = now_ns + (level_ == Level::kFine ? kLookNs : kWorriedLookNs);
  if (level_ == Level::kFine) {
    account_.relax();
  } else {
    account_.constrain(resident - high(ceiling_));
    warn(now_ns, resident);
  }
  return level_;
}

bool MemoryGuard::capture_in_excess() const {
  using Holder = model::MemoryHolder;
  return std::ranges::any_of(std::array{Holder::Connections, Holder::HeldBytes, Holder::Queues},
                             [this](Holder holder) { return account_.excess(holder) > 0; });
}

void MemoryGuard::warn(std::uint64_t now_ns, std::size_t resident) {
  if (now_ns < next_warning_ns_) return;
  next_warning_ns_ = now_ns + kWarningNs;
  spdlog::warn(
      "memory={}MiB max_memory={}MiB: those above their share give memory back{}; bytes by holder: "
      "{}",
      resident / kMebibyte, ceiling_ / kMebibyte, must_drop() ? ", and segments are dropped" : "",
      account_.text());
}

}  // namespace obi::app
