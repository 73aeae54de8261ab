// SPDX-License-Identifier: Apache-2.0
// Shared, read-only ownership of a span batch by several exporters; the last one gives it back to
// its pool. Counts inside the batch, so handing a batch round allocates nothing. BatchRef and
// BatchPool are thread-safe; a batch is not.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "model/memory_account.hpp"
#include "model/span.hpp"

namespace obi::model {

class BatchPool;

struct PooledBatch : SpanBatch {
  std::atomic<int> references{0};
  BatchPool* pool = nullptr;
  std::size_t accounted_bytes = 0;
};

class BatchRef {
 public:
  BatchRef() = default;
  explicit BatchRef(PooledBatch* batch) : batch_(batch) { retain(); }
  BatchRef(const BatchRef& other) : batch_(other.batch_) { retain(); }
  BatchRef(BatchRef&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
  BatchRef& operator=(BatchRef other) noexcept {
    std::swap(batch_, other.batch_);
    return *this;
  }
  ~BatchRef() { release(); }

  [[nodiscard]] explicit operator bool() const { return batch_ != nullptr; }
  /// Writable only while this is the sole reference (before the batch is handed to the exporters).
  [[nodiscard]] SpanBatch& writable() const { return *batch_; }
  const SpanBatch& operator*() const { return *batch_; }
  const SpanBatch* operator->() const { return batch_; }

 private:
  void retain() const {
    if (batch_ != nullptr) batch_->references.fetch_add(1, std::memory_order_relaxed);
  }
  void release();
  PooledBatch* batch_ = nullptr;
};

/// Must outlive every BatchRef it gave out.
class BatchPool {
 public:
  /// Keeps up to `kept` idle batches, each with room for `spans_per_batch` spans; fewer when their
  /// share of memory is exceeded.
  explicit BatchPool(std::size_t spans_per_batch, std::size_t kept = 64,
                     MemoryAccount* memory = nullptr)
      : spans_per_batch_(spans_per_batch),
        kept_(kept),
        idle_memory_(memory, MemoryHolder::Batches),
        used_memory_(memory, MemoryHolder::Queues) {
    idle_.reserve(kept);
  }
  /// An empty batch.
  BatchRef take();
  /// The batch is full, and goes on its way: accounts for what it holds.
  void account_for(const BatchRef& batch);

 private:
  friend class BatchRef;
  void give_back(PooledBatch* batch);
  std::size_t spans_per_batch_;
  std::size_t kept_;
  void give_way();  // mutex_ is held
  std::mutex mutex_;
  std::vector<std::unique_ptr<PooledBatch>> idle_;
  MemoryEntry idle_memory_;
  MemoryEntry used_memory_;
};

}  // namespace obi::model
