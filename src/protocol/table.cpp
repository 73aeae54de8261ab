// SPDX-License-Identifier: Apache-2.0
#include "protocol/table.hpp"

#include <algorithm>
#include <array>

#include "protocol/aerospike/conversation.hpp"
#include "protocol/amqp091/conversation.hpp"
#include "protocol/amqp10/conversation.hpp"
#include "protocol/couchbase/conversation.hpp"
#include "protocol/dns/conversation.hpp"
#include "protocol/fastcgi/conversation.hpp"
#include "protocol/http1/conversation.hpp"
#include "protocol/kafka/conversation.hpp"
#include "protocol/memcached/conversation.hpp"
#include "protocol/mongo/conversation.hpp"
#include "protocol/mqtt/conversation.hpp"
#include "protocol/mssql/conversation.hpp"
#include "protocol/mysql/conversation.hpp"
#include "protocol/nats/conversation.hpp"
#include "protocol/postgres/conversation.hpp"
#include "protocol/redis/conversation.hpp"
#include "protocol/sql/conversation.hpp"
#include "protocol/sunrpc/conversation.hpp"

namespace obi::protocol {
namespace {

// A conversation that has options, or shares more, names its ProtocolState `Shared`.
template <typename T>
std::unique_ptr<ProtocolState> open(const ProtocolOptions& options) {
  if constexpr (requires { typename T::Shared; })
    return std::make_unique<typename T::Shared>(options);
  else
    return std::make_unique<ProtocolState>();
}

template <typename T>
std::unique_ptr<Conversation> converse(ProtocolState& state, const ConversationStart& start) {
  if constexpr (requires { typename T::Shared; })
    return std::make_unique<T>(static_cast<typename T::Shared&>(state), start);
  else
    return std::make_unique<T>(start);
}

constexpr std::array kProtocols = {
    ProtocolRow{.name = "http1",
                .instrumentation = "http",
                .detect = http1::detect,
                .open = open<http1::Http1Conversation>,
                .converse = converse<http1::Http1Conversation>},
    ProtocolRow{.name = "dns",
                .instrumentation = "dns",
                .detect = dns::detect,
                .open = open<dns::DnsConversation>,
                .converse = converse<dns::DnsConversation>,
                .speaks_in_datagrams = true},
    ProtocolRow{.name = "sunrpc",
                .instrumentation = "sunrpc",
                .detect = sunrpc::detect,
                .open = open<sunrpc::SunrpcConversation>,
                .converse = converse<sunrpc::SunrpcConversation>},
    ProtocolRow{.name = "redis",
                .instrumentation = "redis",
                .detect = redis::detect,
                .open = open<redis::RedisConversation>,
                .converse = converse<redis::RedisConversation>},
    ProtocolRow{.name = "aerospike",
                .instrumentation = "aerospike",
                .detect = aerospike::detect,
                .open = open<aerospike::AerospikeConversation>,
                .converse = converse<aerospike::AerospikeConversation>},
    ProtocolRow{.name = "fastcgi",
                .instrumentation = "http",
                .detect = fastcgi::detect,
                .open = open<fastcgi::FastcgiConversation>,
                .converse = converse<fastcgi::FastcgiConversation>},
    ProtocolRow{.name = "mongo",
                .instrumentation = "mongo",
                .detect = mongo::detect,
                .open = open<mongo::MongoConversation>,
                .converse = converse<mongo::MongoConversation>},
    ProtocolRow{.name = "nats",
                .instrumentation = "nats",
                .detect = nats::detect,
                .open = open<nats::NatsConversation>,
                .converse = converse<nats::NatsConversation>,
                .server_may_begin = true,
                .captures_whole = true},
    ProtocolRow{.name = "amqp091",
                .instrumentation = "amqp",
                .detect = amqp091::detect,
                .open = open<amqp091::Amqp091Conversation>,
                .converse = converse<amqp091::Amqp091Conversation>},
    ProtocolRow{.name = "amqp10",
                .instrumentation = "amqp",
                .detect = amqp10::detect,
                .open = open<amqp10::Amqp10Conversation>,
                .converse = converse<amqp10::Amqp10Conversation>},
    ProtocolRow{.name = "mqtt",
                .instrumentation = "mqtt",
                .detect = mqtt::detect,
                .open = open<mqtt::MqttConversation>,
                .converse = converse<mqtt::MqttConversation>,
                .captures_whole = true},
    ProtocolRow{.name = "couchbase",
                .instrumentation = "couchbase",
                .detect = couchbase::detect,
                .open = open<couchbase::CouchbaseConversation>,
                .converse = converse<couchbase::CouchbaseConversation>},
    ProtocolRow{.name = "memcached",
                .instrumentation = "memcached",
                .detect = memcached::detect,
                .open = open<memcached::MemcachedConversation>,
                .converse = converse<memcached::MemcachedConversation>},
    ProtocolRow{.name = "mysql",
                .instrumentation = "sql",
                .detect = mysql::detect,
                .open = open<mysql::MysqlConversation>,
                .converse = converse<mysql::MysqlConversation>,
                .server_may_begin = true},
    ProtocolRow{.name = "kafka",
                .instrumentation = "kafka",
                .detect = kafka::detect,
                .open = open<kafka::KafkaConversation>,
                .converse = converse<kafka::KafkaConversation>,
                .captures_whole = true},
    ProtocolRow{.name = "mssql",
                .instrumentation = "sql",
                .detect = mssql::detect,
                .open = open<mssql::MssqlConversation>,
                .converse = converse<mssql::MssqlConversation>},
    ProtocolRow{.name = "postgres",
                .instrumentation = "sql",
                .detect = postgres::detect,
                .open = open<postgres::PostgresConversation>,
                .converse = converse<postgres::PostgresConversation>},
    // The last: it takes whatever has SQL in it.
    ProtocolRow{.name = "sql",
                .instrumentation = "sql",
                .detect = sql::detect,
                .open = sql::open,
                .converse = converse<sql::SqlConversation>,
                .server_may_begin = true},
};

}  // namespace

std::span<const ProtocolRow> protocols() { return kProtocols; }

const ProtocolRow* find_protocol(std::string_view name) {
  const auto found = std::ranges::find(kProtocols, name, &ProtocolRow::name);
  return found == kProtocols.end() ? nullptr : &*found;
}

}  // namespace obi::protocol
