// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/pending.hpp"

#include <algorithm>

#include "base/release_memory.hpp"

namespace obi::protocol::http1 {
namespace {
constexpr std::size_t kIdleSlots = 2;
constexpr std::size_t kIdleTextBytes = 256;
constexpr std::size_t kMinDeadText = 4096;  // not worth a move below
}  // namespace

Pending& PendingRequests::push(std::string_view target, std::string_view host,
                               std::string_view original_method) {
  if (count_ == ring_.size()) grow();
  drop_dead_text();
  Pending& slot = at(count_++);
  slot = Pending{};
  slot.text_at = text_dropped_ + text_.size();
  slot.target_bytes = static_cast<std::uint32_t>(target.size());
  slot.host_bytes = static_cast<std::uint32_t>(host.size());
  slot.original_method_bytes = static_cast<std::uint32_t>(original_method.size());
  text_.append(target);
  text_.append(host);
  text_.append(original_method);
  return slot;
}

void PendingRequests::pop_front() {
  text_first_ += front().text_bytes();
  first_ = (first_ + 1) & (ring_.size() - 1);
  --count_;
}

void PendingRequests::grow() {
  std::vector<Pending> larger(std::max<std::size_t>(1, ring_.size() * 2));
  for (std::size_t i = 0; i < count_; ++i) larger[i] = at(i);
  ring_ = std::move(larger);
  first_ = 0;
}

// Moves less than it frees, so the work per request is constant.
void PendingRequests::drop_dead_text() {
  const bool all_dead = text_first_ == text_.size();
  if (!all_dead && (text_first_ < kMinDeadText || text_first_ < text_.size() / 2)) return;
  if (all_dead) {
    text_.clear();
  } else {
    text_.erase(0, text_first_);
  }
  text_dropped_ += text_first_;
  text_first_ = 0;
}

std::string_view PendingRequests::text_of(const Pending& request) const {
  return std::string_view(text_).substr(request.text_at - text_dropped_, request.text_bytes());
}

void PendingRequests::release_idle_memory() {
  if (count_ > 0) return;
  drop_dead_text();
  if (text_.capacity() > kIdleTextBytes) base::release_memory(text_);
  if (ring_.size() <= kIdleSlots) return;
  base::release_memory(ring_);
  first_ = 0;
}

}  // namespace obi::protocol::http1
