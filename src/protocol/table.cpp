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

template <typename T>
std::unique_ptr<Conversation> converse(const ConversationOptions& options,
                                       const ConversationStart& start) {
  return std::make_unique<T>(options, start);
}

constexpr std::array kProtocols = {
    ProtocolRow{.name = "http1",
                .instrumentation = "http",
                .detect = http1::detect,
                .converse = converse<http1::Http1Conversation>},
    ProtocolRow{.name = "dns",
                .instrumentation = "dns",
                .detect = dns::detect,
                .converse = converse<dns::DnsConversation>,
                .speaks_in_datagrams = true},
    ProtocolRow{.name = "sunrpc",
                .instrumentation = "sunrpc",
                .detect = sunrpc::detect,
                .converse = converse<sunrpc::SunrpcConversation>},
    ProtocolRow{.name = "redis",
                .instrumentation = "redis",
                .detect = redis::detect,
                .converse = converse<redis::RedisConversation>},
    ProtocolRow{.name = "aerospike",
                .instrumentation = "aerospike",
                .detect = aerospike::detect,
                .converse = converse<aerospike::AerospikeConversation>},
    ProtocolRow{.name = "fastcgi",
                .instrumentation = "http",
                .detect = fastcgi::detect,
                .converse = converse<fastcgi::FastcgiConversation>},
    ProtocolRow{.name = "mongo",
                .instrumentation = "mongo",
                .detect = mongo::detect,
                .converse = converse<mongo::MongoConversation>},
    ProtocolRow{.name = "nats",
                .instrumentation = "nats",
                .detect = nats::detect,
                .converse = converse<nats::NatsConversation>,
                .server_may_begin = true},
    ProtocolRow{.name = "amqp091",
                .instrumentation = "amqp",
                .detect = amqp091::detect,
                .converse = converse<amqp091::Amqp091Conversation>},
    ProtocolRow{.name = "amqp10",
                .instrumentation = "amqp",
                .detect = amqp10::detect,
                .converse = converse<amqp10::Amqp10Conversation>},
    ProtocolRow{.name = "mqtt",
                .instrumentation = "mqtt",
                .detect = mqtt::detect,
                .converse = converse<mqtt::MqttConversation>},
    ProtocolRow{.name = "couchbase",
                .instrumentation = "couchbase",
                .detect = couchbase::detect,
                .converse = converse<couchbase::CouchbaseConversation>},
    ProtocolRow{.name = "memcached",
                .instrumentation = "memcached",
                .detect = memcached::detect,
                .converse = converse<memcached::MemcachedConversation>},
    ProtocolRow{.name = "mysql",
                .instrumentation = "sql",
                .detect = mysql::detect,
                .converse = converse<mysql::MysqlConversation>,
                .server_may_begin = true},
    ProtocolRow{.name = "kafka",
                .instrumentation = "kafka",
                .detect = kafka::detect,
                .converse = converse<kafka::KafkaConversation>},
    ProtocolRow{.name = "mssql",
                .instrumentation = "sql",
                .detect = mssql::detect,
                .converse = converse<mssql::MssqlConversation>},
    ProtocolRow{.name = "postgres",
                .instrumentation = "sql",
                .detect = postgres::detect,
                .converse = converse<postgres::PostgresConversation>},
    // The last: it takes whatever has SQL in it.
    ProtocolRow{.name = "sql",
                .instrumentation = "sql",
                .detect = sql::detect,
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
