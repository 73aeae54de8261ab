// SPDX-License-Identifier: Apache-2.0
// What a connection remembers under names that its peers choose (prepared statements, topics), at
// most so many entries: beyond that the one that was used longest ago is forgotten. Not
// thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>

#include <cstddef>
#include <iterator>
#include <list>
#include <string_view>
#include <type_traits>
#include <utility>

namespace obi::protocol {

template <typename Key, typename Value>
class Recent {
 public:
  explicit Recent(std::size_t max_entries) : max_entries_(max_entries) {}

  /// The entry of `key`, new if there was none; a new one may be an old one used again, so set all
  /// of it. Null: nothing may be remembered. Valid until the next put or erase.
  template <typename LookUp>
  Value* put(const LookUp& key) {
    if (Value* known = find(key)) return known;
    if (max_entries_ == 0) return nullptr;
    if (index_.size() >= max_entries_) {
      index_.erase(entries_.back().first);
      entries_.splice(entries_.begin(), entries_, std::prev(entries_.end()));
      entries_.front().first = Key(key);
    } else {
      entries_.emplace_front(Key(key), Value());
    }
    index_.emplace(entries_.front().first, entries_.begin());
    return &entries_.front().second;
  }
  /// Null if there is none; it is then the most recent.
  template <typename LookUp>
  Value* find(const LookUp& key) {
    const auto found = index_.find(look_up(key));
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }
  template <typename LookUp>
  void erase(const LookUp& key) {
    const auto found = index_.find(look_up(key));
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);
    entries_.erase(entry);
  }
  void clear() {
    index_.clear();
    entries_.clear();
  }
  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }
  /// Without what keys and values hold themselves.
  [[nodiscard]] std::size_t held_bytes() const {
    return entries_.size() * (sizeof(std::pair<Key, Value>) + 2 * sizeof(void*)) +
           index_.capacity() * (sizeof(Key) + sizeof(void*) + 1);
  }

 private:
  // This library's maps of strings know no other view of text than its own.
  template <typename LookUp>
  static decltype(auto) look_up(const LookUp& key) {
    if constexpr (std::is_convertible_v<LookUp, std::string_view>) {
      const std::string_view text = key;
      return absl::string_view(text.data(), text.size());
    } else {
      return (key);
    }
  }

  using Entries = std::list<std::pair<Key, Value>>;  // the most recent first
  std::size_t max_entries_;
  Entries entries_;
  absl::flat_hash_map<Key, typename Entries::iterator> index_;
};

}  // namespace obi::protocol
