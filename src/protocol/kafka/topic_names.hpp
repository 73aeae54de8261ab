// SPDX-License-Identifier: Apache-2.0
// What topics are called whose messages carry only an id (KIP-516: Fetch from version 13 on,
// Produce from 13 on). Learned from answers to Metadata. A client asks for those on another
// connection than the one it fetches from, so all connections share what was learned; ids are
// unique in the world. Bounded: the id that was not heard of for longest is forgotten. Not
// thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

namespace obi::protocol::kafka {

using TopicId = std::array<std::byte, 16>;

class TopicNames {
 public:
  explicit TopicNames(std::size_t most) : most_(most) {}

  void learn(const TopicId& id, std::string_view name);
  /// Empty if unknown. Valid until the next learn().
  std::string_view find(const TopicId& id);
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Entry {
    TopicId id{};
    std::string name;
  };
  std::size_t most_;
  std::list<Entry> by_age_;  // the one heard of last is first
  absl::flat_hash_map<TopicId, std::list<Entry>::iterator> by_id_;
};

}  // namespace obi::protocol::kafka
