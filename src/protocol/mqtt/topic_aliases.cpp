// SPDX-License-Identifier: Apache-2.0
#include "protocol/mqtt/topic_aliases.hpp"

namespace obi::protocol::mqtt {
namespace {

// Brokers allow 10 aliases by default (mosquitto), clients that ask for more some hundred.
constexpr std::size_t kMaxTopicBytes = 256 * 1024;
constexpr std::size_t kMaxAliases = 4096;

}  // namespace

void TopicAliases::set(std::uint16_t alias, std::string_view topic) {
  const auto known = topics_.find(alias);
  if (known != topics_.end()) {
    topic_bytes_ -= known->second.size();
    if (topic_bytes_ + topic.size() > kMaxTopicBytes) {
      topics_.erase(known);
      return;
    }
    if (known->second != topic) known->second = topic;
    topic_bytes_ += topic.size();
    return;
  }
  if (topics_.size() >= kMaxAliases || topic_bytes_ + topic.size() > kMaxTopicBytes) return;
  topics_.emplace(alias, topic);
  topic_bytes_ += topic.size();
}

std::string_view TopicAliases::find(std::uint16_t alias) const {
  const auto found = topics_.find(alias);
  return found == topics_.end() ? std::string_view() : found->second;
}

std::size_t TopicAliases::held_bytes() const {
  return topics_.capacity() * (sizeof(std::string) + 8) + topic_bytes_;
}

}  // namespace obi::protocol::mqtt
