// SPDX-License-Identifier: Apache-2.0
// Which methods there are and who sends them (section 1 of the reference, RabbitMQ's protocol
// extensions): the test of whether bytes are a method frame.
#include <algorithm>
#include <array>

#include "protocol/amqp091/frame.hpp"

namespace obi::protocol::amqp091 {
namespace {

struct Methods {
  std::uint16_t class_id;
  std::array<std::uint16_t, 12> client;  // 0: no more
  std::array<std::uint16_t, 12> server;
};

constexpr std::array kMethods = {
    Methods{10, {11, 21, 31, 40, 50, 51, 70}, {10, 20, 30, 41, 50, 51, 60, 61, 71}},  // connection
    Methods{20, {10, 20, 21, 40, 41}, {11, 20, 21, 40, 41}},                          // channel
    Methods{30, {10}, {11}},                                                          // access
    Methods{40, {10, 20, 30, 40}, {11, 21, 31, 51}},                                  // exchange
    Methods{50, {10, 20, 30, 40, 50}, {11, 21, 31, 41, 51}},                          // queue
    Methods{60,                                                                       // basic
            {10, 20, 30, 31, 40, 70, 80, 90, 100, 110, 120},
            {11, 21, 30, 31, 50, 60, 71, 72, 80, 111, 120}},
    Methods{85, {10}, {11}},                  // confirm
    Methods{90, {10, 20, 30}, {11, 21, 31}},  // tx
};

}  // namespace

bool is_method_of(PeerRole from, std::uint32_t method) {
  const auto number = static_cast<std::uint16_t>(method & 0xffffU);
  const auto found = std::ranges::find(kMethods, method >> 16U, &Methods::class_id);
  if (found == kMethods.end() || number == 0) return false;
  const auto& senders = from == PeerRole::kClient ? found->client : found->server;
  return std::ranges::find(senders, number) != senders.end();
}

}  // namespace obi::protocol::amqp091
