// SPDX-License-Identifier: Apache-2.0
// What a connection has subscribed to, by its server's confirmations: how many channels, patterns
// and shard channels. Names are not kept. Pure bookkeeping.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/redis/reply.hpp"

namespace obi::protocol::redis {

/// Is it of the shape of a confirmation: "subscribe", a channel, how many there are now?
bool is_confirmation(const Reply& reply);
/// … of a published message, as RESP2 has it: "message", channel, payload?
bool is_published(const Reply& reply);
/// Is it the confirmation of the command of that name (in upper case)?
bool confirms(const Reply& reply, std::string_view command);

class Subscriptions {
 public:
  /// Takes a confirmation into account. True: nothing is left of what its command would end.
  bool take(const Reply& confirmation);
  [[nodiscard]] bool any() const { return total_ > 0 || shard_total_ > 0; }
  void reset() { *this = {}; }

 private:
  std::uint64_t total_ = 0;  // channels and patterns, as last confirmed
  std::uint64_t shard_total_ = 0;
  std::uint64_t patterns_ = 0;  // as far as their beginning was seen
};

}  // namespace obi::protocol::redis
