// SPDX-License-Identifier: Apache-2.0
#include "model/batch_ref.hpp"

#include <algorithm>

namespace obi::model {

void BatchRef::release() {
  if (batch_ == nullptr || batch_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  batch_->pool->give_back(batch_);
}

namespace {
// What was touched of it: a recycled batch keeps the memory of the largest that it ever was.
std::size_t bytes_of(const PooledBatch& batch) {
  constexpr std::size_t kPage = 4096;
  return std::max(batch.accounted_bytes, sizeof batch + batch.spans.size() * sizeof(Span) +
                                             batch.arena.used_bytes() + kPage);
}
}  // namespace

BatchRef BatchPool::take() {
  std::unique_ptr<PooledBatch> batch;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      batch = std::move(idle_.back());
      idle_.pop_back();
      idle_memory_.remove(batch->accounted_bytes);
      used_memory_.add(batch->accounted_bytes);
    }
  }
  if (!batch) {
    batch = std::make_unique<PooledBatch>();
    batch->spans.reserve(spans_per_batch_);
    batch->pool = this;
  }
  return BatchRef(batch.release());
}

void BatchPool::account_for(const BatchRef& batch) {
  auto& held = static_cast<PooledBatch&>(batch.writable());
  const std::size_t bytes = bytes_of(held);
  const std::lock_guard lock(mutex_);
  used_memory_.remove(held.accounted_bytes);
  used_memory_.add(bytes);
  held.accounted_bytes = bytes;
}

void BatchPool::give_way() {
  while (!idle_.empty() && idle_memory_.excess() > 0) {
    const std::size_t bytes = idle_.back()->accounted_bytes;
    idle_memory_.remove(bytes);
    idle_memory_.count_given_back(bytes);
    idle_.pop_back();
  }
}

void BatchPool::give_back(PooledBatch* batch) {
  std::unique_ptr<PooledBatch> owned(batch);
  const std::size_t bytes = bytes_of(*owned);  // the arena keeps its blocks
  owned->clear();
  const std::lock_guard lock(mutex_);
  used_memory_.remove(owned->accounted_bytes);
  owned->accounted_bytes = bytes;
  if (idle_.size() >= kept_) return;
  idle_memory_.add(bytes);
  idle_.push_back(std::move(owned));
  give_way();
}

}  // namespace obi::model
