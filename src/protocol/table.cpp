// SPDX-License-Identifier: Apache-2.0
#include "protocol/table.hpp"

#include <algorithm>
#include <array>

#include "protocol/http1/conversation.hpp"
#include "protocol/sunrpc/conversation.hpp"
#include "protocol/redis/conversation.hpp"
#include "protocol/mongo/conversation.hpp"

namespace obi::protocol {
namespace {

template <typename T>
std::unique_ptr<Conversation> converse(const ConversationOptions& options,
                                       const ConversationStart& start) {
  return std::make_unique<T>(options, start);
}

constexpr std::array kProtocols = {
    ProtocolRow{.name = "http1",
                .instrumentation = "http",
                .judge = http1::judge,
                .converse = converse<http1::Http1Conversation>},
    ProtocolRow{.name = "sunrpc",
                .instrumentation = "sunrpc",
                .judge = sunrpc::judge,
                .converse = converse<sunrpc::SunrpcConversation>},
    ProtocolRow{.name = "redis",
                .instrumentation = "redis",
                .judge = redis::judge,
                .converse = converse<redis::RedisConversation>},
    ProtocolRow{.name = "mongo",
                .instrumentation = "mongo",
                .judge = mongo::judge,
                .converse = converse<mongo::MongoConversation>},
};

}  // namespace

std::span<const ProtocolRow> protocols() { return kProtocols; }

const ProtocolRow* find_protocol(std::string_view name) {
  const auto found = std::ranges::find(kProtocols, name, &ProtocolRow::name);
  return found == kProtocols.end() ? nullptr : &*found;
}

}  // namespace obi::protocol
