// SPDX-License-Identifier: Apache-2.0
#include "protocol/table.hpp"

#include <array>

#include "protocol/http1/conversation.hpp"

namespace obi::protocol {
namespace {

template <typename T>
std::unique_ptr<Conversation> converse(const ConversationOptions& options) {
  return std::make_unique<T>(options);
}

constexpr std::array kProtocols = {
    ProtocolRow{.name = "http",
                .looks_like = http1::looks_like,
                .converse = converse<http1::Http1Conversation>},
};

}  // namespace

std::span<const ProtocolRow> protocols() { return kProtocols; }

}  // namespace obi::protocol
