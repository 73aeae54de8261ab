// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/pending.hpp"

#include <algorithm>
#include <utility>

namespace obi::protocol::http1 {

Pending& PendingRequests::push() {
  if (count_ == ring_.size()) {
    std::vector<Pending> larger(std::max<std::size_t>(1, ring_.size() * 2));
    for (std::size_t i = 0; i < count_; ++i) larger[i] = std::move(at(i));
    ring_ = std::move(larger);
    first_ = 0;
  }
  Pending& slot = at(count_++);
  slot.method.clear();
  slot.target.clear();
  slot.host.clear();
  slot.parent.reset();
  slot.body_bytes = 0;
  slot.https = slot.timed_out = false;
  slot.wanted = true;
  return slot;
}

void PendingRequests::pop_front() {
  const Pending& slot = front();
  text_bytes_ -= std::min(text_bytes_, slot.method.size() + slot.target.size() + slot.host.size());
  first_ = (first_ + 1) % ring_.size();
  --count_;
}

std::size_t PendingRequests::held_bytes() const { return ring_.capacity() * sizeof(Pending) + text_bytes_; }

}  // namespace obi::protocol::http1
