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
                .judge = http1::judge,
                .converse = converse<http1::Http1Conversation>},
    ProtocolRow{.name = "dns",
                .instrumentation = "dns",
                .judge = dns::judge,
                .converse = converse<dns::DnsConversation>,
                .speaks_in_datagrams = true},
    ProtocolRow{.name = "sunrpc",
                .instrumentation = "sunrpc",
                .judge = sunrpc::judge,
                .converse = converse<sunrpc::SunrpcConversation>},
    ProtocolRow{.name = "redis",
                .instrumentation = "redis",
                .judge = redis::judge,
                .converse = converse<redis::RedisConversation>},
    ProtocolRow{.name = "aerospike",
                .instrumentation = "aerospike",
                .judge = aerospike::judge,
                .converse = converse<aerospike::AerospikeConversation>},
    ProtocolRow{.name = "fastcgi",
                .instrumentation = "http",
                .judge = fastcgi::judge,
                .converse = converse<fastcgi::FastcgiConversation>},
    ProtocolRow{.name = "mongo",
                .instrumentation = "mongo",
                .judge = mongo::judge,
                .converse = converse<mongo::MongoConversation>},
    ProtocolRow{.name = "nats",
                .instrumentation = "nats",
                .judge = nats::judge,
                .converse = converse<nats::NatsConversation>,
                .server_may_begin = true},
    ProtocolRow{.name = "amqp091",
                .instrumentation = "amqp",
                .judge = amqp091::judge,
                .converse = converse<amqp091::Amqp091Conversation>},
    ProtocolRow{.name = "amqp10",
                .instrumentation = "amqp",
                .judge = amqp10::judge,
                .converse = converse<amqp10::Amqp10Conversation>},
    ProtocolRow{.name = "mqtt",
                .instrumentation = "mqtt",
                .judge = mqtt::judge,
                .converse = converse<mqtt::MqttConversation>},
    ProtocolRow{.name = "couchbase",
                .instrumentation = "couchbase",
                .judge = couchbase::judge,
                .converse = converse<couchbase::CouchbaseConversation>},
    ProtocolRow{.name = "memcached",
                .instrumentation = "memcached",
                .judge = memcached::judge,
                .converse = converse<memcached::MemcachedConversation>},
    ProtocolRow{.name = "mysql",
                .instrumentation = "sql",
                .judge = mysql::judge,
                .converse = converse<mysql::MysqlConversation>,
                .server_may_begin = true},
    ProtocolRow{.name = "kafka",
                .instrumentation = "kafka",
                .judge = kafka::judge,
                .converse = converse<kafka::KafkaConversation>},
    ProtocolRow{.name = "mssql",
                .instrumentation = "sql",
                .judge = mssql::judge,
                .converse = converse<mssql::MssqlConversation>},
    ProtocolRow{.name = "postgres",
                .instrumentation = "sql",
                .judge = postgres::judge,
                .converse = converse<postgres::PostgresConversation>},
    // The last: it takes whatever has SQL in it.
    ProtocolRow{.name = "sql",
                .instrumentation = "sql",
                .judge = sql::judge,
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
