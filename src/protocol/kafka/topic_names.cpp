// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/topic_names.hpp"

namespace obi::protocol::kafka {

void TopicNames::learn(const TopicId& id, std::string_view name) {
  if (most_ == 0) return;
  const auto known = by_id_.find(id);
  if (known != by_id_.end()) {
    known->second->name = name;
    by_age_.splice(by_age_.begin(), by_age_, known->second);
    return;
  }
  if (by_id_.size() >= most_) {
    by_id_.erase(by_age_.back().id);
    by_age_.pop_back();
  }
  by_age_.push_front({.id = id, .name = std::string(name)});
  by_id_.emplace(id, by_age_.begin());
}

std::string_view TopicNames::find(const TopicId& id) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return {};
  by_age_.splice(by_age_.begin(), by_age_, known->second);
  return known->second->name;
}

std::size_t TopicNames::held_bytes() const {
  // A node of the list has two pointers, and the text beside it.
  std::size_t bytes = by_id_.capacity() * (sizeof(TopicId) + sizeof(void*) + 1);
  for (const Entry& entry : by_age_)
    bytes += sizeof(Entry) + 2 * sizeof(void*) + entry.name.capacity();
  return bytes;
}

}  // namespace obi::protocol::kafka
