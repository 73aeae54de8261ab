// SPDX-License-Identifier: Apache-2.0
#include "model/batch_ref.hpp"

namespace obi::model {

void BatchRef::release() {
  if (batch_ == nullptr || batch_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  batch_->pool->give_back(batch_);
}

BatchRef BatchPool::take() {
  std::unique_ptr<PooledBatch> batch;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      batch = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!batch) {
    batch = std::make_unique<PooledBatch>();
    batch->spans.reserve(spans_per_batch_);
    batch->pool = this;
  }
  return BatchRef(batch.release());
}

void BatchPool::give_back(PooledBatch* batch) {
  std::unique_ptr<PooledBatch> owned(batch);
  owned->clear();
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kept_) idle_.push_back(std::move(owned));
}

}  // namespace obi::model
