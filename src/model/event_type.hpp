// SPDX-License-Identifier: Apache-2.0
// What kinds of spans there are. One table says all that depends on the kind alone.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace obi::model {

/// Values are those of OTLP's Span.SpanKind.
enum class SpanKind : std::uint8_t {
  kInternal = 1,
  kServer = 2,
  kClient = 3,
  kProducer = 4,
  kConsumer = 5
};

// Name, number (OBI's, shared with its wire format), printed name, kind, selector in
// `instrumentations` ("" = always selected), client-like (the process is the connection's client).
// Messaging spans are producers or consumers by their operation; the kind here is for other
// operations. DNS look-ups are internal, as OBI has them.
// clang-format off
#define OBI_EVENT_TYPES(X)                                                        \
  X(kHttpServer,       1, "HTTP",            kServer,   "http",      false)       \
  X(kHttpClient,       3, "HTTPClient",      kClient,   "http",      true)        \
  X(kSqlClient,        5, "SQLClient",       kClient,   "sql",       true)        \
  X(kRedisClient,      6, "RedisClient",     kClient,   "redis",     true)        \
  X(kKafkaClient,      7, "KafkaClient",     kInternal, "kafka",     true)        \
  X(kMqttClient,       8, "MQTTClient",      kInternal, "mqtt",      true)        \
  X(kRedisServer,      9, "RedisServer",     kServer,   "redis",     false)       \
  X(kKafkaServer,     10, "KafkaServer",     kServer,   "kafka",     false)       \
  X(kMqttServer,      11, "MQTTServer",      kServer,   "mqtt",      false)       \
  X(kMongoClient,     12, "MongoClient",     kClient,   "mongo",     true)        \
  X(kFailedConnect,   18, "CONNECTION ERR",  kClient,   "",          true)        \
  X(kDns,             19, "DNS",             kInternal, "dns",       true)        \
  X(kCouchbaseClient, 20, "CouchbaseClient", kClient,   "couchbase", true)        \
  X(kMemcachedClient, 21, "MemcachedClient", kClient,   "memcached", true)        \
  X(kMemcachedServer, 22, "MemcachedServer", kServer,   "memcached", false)       \
  X(kSqlServer,       23, "SQLServer",       kServer,   "sql",       false)       \
  X(kNatsClient,      24, "NATSClient",      kInternal, "nats",      true)        \
  X(kNatsServer,      25, "NATSServer",      kServer,   "nats",      false)       \
  X(kAmqpClient,      26, "AMQPClient",      kInternal, "amqp",      true)        \
  X(kSunRpcClient,    27, "SunRPCClient",    kClient,   "sunrpc",    true)        \
  X(kSunRpcServer,    28, "SunRPCServer",    kServer,   "sunrpc",    false)       \
  X(kAerospikeClient, 29, "AerospikeClient", kClient,   "aerospike", true)
// clang-format on

enum class EventType : std::uint8_t {
  kNone = 0,
#define OBI_EVENT_ENUM(name, number, printed, kind, instrumentation, client) name = number,
  OBI_EVENT_TYPES(OBI_EVENT_ENUM)
#undef OBI_EVENT_ENUM
};

struct EventTypeInfo {
  EventType type = EventType::kNone;
  std::string_view printed = "UNKNOWN";  ///< in the trace printer
  SpanKind kind = SpanKind::kInternal;
  std::string_view instrumentation;  ///< selector; empty = always selected
  bool is_client = false;
};

inline constexpr std::array kEventTypes = {
#define OBI_EVENT_ROW(name, number, printed, kind, instrumentation, client) \
  EventTypeInfo{EventType::name, printed, SpanKind::kind, instrumentation, client},
    OBI_EVENT_TYPES(OBI_EVENT_ROW)
#undef OBI_EVENT_ROW
};

namespace detail {
inline constexpr auto kInfoByNumber = [] {
  std::array<EventTypeInfo, 32> infos;
  for (const EventTypeInfo& info : kEventTypes)
    infos.at(static_cast<std::size_t>(info.type)) = info;
  return infos;
}();
// Asked several times a span: a bit of a constant instead of a row of the table.
inline constexpr std::uint64_t kClientTypes = [] {
  std::uint64_t mask = 0;
  for (const EventTypeInfo& info : kEventTypes) {
    if (info.is_client) mask |= 1ULL << static_cast<unsigned>(info.type);
  }
  return mask;
}();
}  // namespace detail

/// `type` is kNone ("UNKNOWN") for a number that is no type.
inline constexpr const EventTypeInfo& info_of(EventType type) {
  const auto number = static_cast<std::size_t>(type);
  return detail::kInfoByNumber[number < detail::kInfoByNumber.size() ? number : 0];
}

/// The process that the span belongs to is the client of the connection.
constexpr bool is_client_type(EventType type) {
  return (detail::kClientTypes >> static_cast<unsigned>(type) & 1U) != 0;
}
constexpr bool is_http(EventType type) {
  return type == EventType::kHttpServer || type == EventType::kHttpClient;
}

}  // namespace obi::model
