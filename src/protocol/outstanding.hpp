// SPDX-License-Identifier: Apache-2.0
// Messages that wait for their acknowledgement, found by number (MQTT's packet id, AMQP's delivery
// tag and delivery id). What distinguishes it from ById: slots are used again, so that strings in
// them keep their memory, and there is no loss when it is full: the caller then emits the message's
// span at once. Not thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/release_memory.hpp"

namespace obi::protocol {

template <typename Item>
class Outstanding {
 public:
  explicit Outstanding(std::size_t max_items) : max_items_(max_items) {}

  /// A slot with whatever its last user left in it: set every member. Null if `max_items` wait.
  /// `key` must not be waiting.
  Item* add(std::uint64_t key) {
    if (waiting_.size() >= max_items_) return nullptr;
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    waiting_.emplace(key, slot);
    return &slots_[slot];
  }
  /// Null if nothing waits under the key. Valid until the next add.
  Item* find(std::uint64_t key) {
    const auto found = waiting_.find(key);
    return found == waiting_.end() ? nullptr : &slots_[found->second];
  }
  /// Nothing, if nothing waits under the key.
  void remove(std::uint64_t key) {
    const auto found = waiting_.find(key);
    if (found == waiting_.end()) return;
    free_.push_back(found->second);
    waiting_.erase(found);
  }
  /// Removes those for which `decide(key, item)` is true.
  template <typename F>
  void remove_if(F&& decide) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      const auto entry = at++;
      if (!decide(entry->first, slots_[entry->second])) continue;
      free_.push_back(entry->second);
      waiting_.erase(entry);
    }
  }
  /// What a burst has left, once nothing waits.
  void release_idle_memory() {
    if (!waiting_.empty() || slots_.size() <= kIdleSlots) return;
    base::release_memory(waiting_);
    base::release_memory(slots_);
    base::release_memory(free_);
  }

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  /// Without what the items themselves hold.
  [[nodiscard]] std::size_t held_bytes() const {
    return waiting_.capacity() * (sizeof(std::uint64_t) * 2 + 1) +
           slots_.capacity() * sizeof(Item) + free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  static constexpr std::size_t kIdleSlots = 64;

  std::size_t max_items_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> waiting_;
  std::vector<Item> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace obi::protocol
