// SPDX-License-Identifier: Apache-2.0
// A bounded map that forgets what was asked for least recently. Not thread-safe.
#pragma once
#include <cstddef>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace obi::base {

template <typename Key, typename Value, typename Hash = std::hash<Key>>
class LruMap {
 public:
  explicit LruMap(std::size_t capacity) : capacity_(capacity) {}

  /// Null if the key is unknown; valid until the next `put`. Counts as a use.
  Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return &found->second->second;
  }

  /// Adds or replaces; the least recently used entry goes when there are more than `capacity`.
  Value& put(const Key& key, Value value) {
    if (Value* known = find(key)) return *known = std::move(value);
    items_.emplace_front(key, std::move(value));
    places_.emplace(key, items_.begin());
    if (items_.size() > capacity_ && items_.size() > 1) {
      places_.erase(items_.back().first);
      items_.pop_back();
    }
    return items_.front().second;
  }

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  /// The least recently used entry; there is one.
  [[nodiscard]] const std::pair<Key, Value>& oldest() const { return items_.back(); }
  void forget_oldest() {
    places_.erase(items_.back().first);
    items_.pop_back();
  }

 private:
  using Items = std::list<std::pair<Key, Value>>;  // the most recently used first
  std::size_t capacity_;
  Items items_;
  std::unordered_map<Key, typename Items::iterator, Hash> places_;
};

}  // namespace obi::base
