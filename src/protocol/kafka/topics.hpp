// SPDX-License-Identifier: Apache-2.0
// The topics that one request or answer names, in the order in which it does. The object is used
// again and again: in steady state nothing is allocated. Bounded. Not thread-safe.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/kafka/topic_names.hpp"

namespace obi::protocol::kafka {

struct Topic {
  TopicId id{};
  bool has_id = false;  ///< it is named by `id`, else by name
  std::uint16_t name_size = 0;
  std::uint32_t name_at = 0;
  std::uint32_t partitions = 0;  ///< how many of it the message is about
  std::int32_t partition = -1;   ///< the first of them
  std::int64_t offset = -1;      ///< there
};

class Topics {
 public:
  /// Beyond it topics are only counted. Far above what one request of a client names.
  static constexpr std::size_t kMost = 256;

  void clear() {
    list_.clear();
    names_.clear();
    uncounted_ = 0;
    is_open_ = false;
  }
  /// The next topic; `key` is its name, or with `is_id` the 16 bytes of its id.
  void begin(std::string_view key, bool is_id) {
    is_open_ = list_.size() < kMost;
    if (!is_open_) {
      ++uncounted_;
      return;
    }
    Topic& topic = list_.emplace_back();
    topic.has_id = is_id;
    if (is_id) {
      std::memcpy(topic.id.data(), key.data(), std::min(key.size(), topic.id.size()));
      return;
    }
    topic.name_at = static_cast<std::uint32_t>(names_.size());
    topic.name_size = static_cast<std::uint16_t>(key.size());
    names_ += key;
  }
  /// The one begun last; null if there is none, or no room was left for it.
  Topic* last() { return is_open_ ? &list_.back() : nullptr; }
  void drop_last() {
    if (!is_open_) return;
    names_.resize(names_.size() - list_.back().name_size);
    list_.pop_back();
    is_open_ = false;
  }
  [[nodiscard]] std::string_view name(const Topic& topic) const {
    return std::string_view(names_).substr(topic.name_at, topic.name_size);
  }
  /// Whether `topic` here and `other` of `others` are the same.
  [[nodiscard]] bool same(const Topic& topic, const Topics& others, const Topic& other) const {
    if (topic.has_id != other.has_id) return false;
    return topic.has_id ? topic.id == other.id : name(topic) == others.name(other);
  }
  [[nodiscard]] bool empty() const { return list_.empty(); }
  /// Those for which there was no room.
  [[nodiscard]] std::size_t uncounted() const { return uncounted_; }
  std::vector<Topic>& list() { return list_; }
  [[nodiscard]] const std::vector<Topic>& list() const { return list_; }
  [[nodiscard]] std::size_t held_bytes() const {
    return list_.capacity() * sizeof(Topic) + names_.capacity();
  }

 private:
  std::vector<Topic> list_;
  std::string names_;
  std::size_t uncounted_ = 0;
  bool is_open_ = false;
};

}  // namespace obi::protocol::kafka
