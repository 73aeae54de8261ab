// SPDX-License-Identifier: Apache-2.0
// The topics that one side of an MQTT 5 connection has given a number (section 3.3.2.3.4). Bounded
// in bytes: an alias beyond is not remembered. Not thread-safe.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace obi::protocol::mqtt {

class TopicAliases {
 public:
  void set(std::uint16_t alias, std::string_view topic);
  /// Empty if unknown. Valid until the next call of another member.
  [[nodiscard]] std::string_view find(std::uint16_t alias) const;
  /// Some may have been given again unseen.
  void forget() {
    topics_ = {};
    topic_bytes_ = 0;
  }
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  absl::flat_hash_map<std::uint16_t, std::string> topics_;
  std::size_t topic_bytes_ = 0;
};

}  // namespace obi::protocol::mqtt
