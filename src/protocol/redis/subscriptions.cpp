// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/subscriptions.hpp"

#include <algorithm>

namespace obi::protocol::redis {
namespace {

using namespace std::string_view_literals;

constexpr std::array kConfirmations = {"subscribe"sv,    "unsubscribe"sv, "psubscribe"sv,
                                       "punsubscribe"sv, "ssubscribe"sv,  "sunsubscribe"sv};

bool has_shape(const Reply& reply, std::uint64_t members) {
  return (reply.type == '*' || reply.type == '>') && reply.members == members;
}

}  // namespace

bool is_confirmation(const Reply& reply) {
  return has_shape(reply, 3) && reply.third_is_number &&
         std::ranges::find(kConfirmations, reply.text) != kConfirmations.end();
}

bool is_published(const Reply& reply) {
  return (has_shape(reply, 3) && (reply.text == "message" || reply.text == "smessage")) ||
         (has_shape(reply, 4) && reply.text == "pmessage");
}

bool confirms(const Reply& reply, std::string_view command) {
  return is_confirmation(reply) && std::ranges::equal(reply.text, command, {}, [](char c) {
           return static_cast<char>(c - 'a' + 'A');
         });
}

bool Subscriptions::take(const Reply& confirmation) {
  const std::uint64_t now = confirmation.third;
  const bool is_pattern = confirmation.text.starts_with('p');
  if (confirmation.text == "ssubscribe" || confirmation.text == "sunsubscribe") {
    shard_total_ = now;
    return now == 0;
  }
  if (is_pattern && now > total_) ++patterns_;
  if (is_pattern && now < total_ && patterns_ > 0) --patterns_;
  total_ = now;
  patterns_ = std::min(patterns_, total_);
  const std::uint64_t left = is_pattern ? patterns_ : total_ - patterns_;
  return confirmation.second_is_null || left == 0;
}

}  // namespace obi::protocol::redis
