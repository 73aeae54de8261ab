// SPDX-License-Identifier: Apache-2.0
// Attributes of databases and caches. See attribute_row.hpp.
#pragma once
#include <array>

#include "model/attributes_common.hpp"

namespace obi::model {

inline constexpr EventTypeSet kDatabaseClients = {
    EventType::kSqlClient,       EventType::kRedisClient,     EventType::kMongoClient,
    EventType::kCouchbaseClient, EventType::kMemcachedClient, EventType::kAerospikeClient};
inline constexpr EventTypeSet kDatabaseServers = {EventType::kSqlServer, EventType::kRedisServer,
                                                  EventType::kMemcachedServer};
inline constexpr EventTypeSet kSql = {EventType::kSqlClient, EventType::kSqlServer};
inline constexpr EventTypeSet kAerospike = {EventType::kAerospikeClient};
inline constexpr EventTypeSet kNotAerospike = EventTypeSet::all() - kAerospike;
/// The databases whose JSON says `query` for what SQL's calls `statement`.
inline constexpr EventTypeSet kStores = kNotAerospike - kSql;

namespace attribute {

template <auto kText>
AttributeView database_text(const AttributeSource& from) {
  return text_of<&Span::database, kText>(from);
}

inline AttributeView refusal_code(const AttributeSource& from) {
  return from.span.status == 0 ? AttributeView() : database_text<&DatabaseCall::error_code>(from);
}

inline constexpr AttributeGetter kCollection = text_with<&Span::database, &Span::path>;
inline constexpr AttributeGetter kOperation = text_with<&Span::database, &Span::method>;
inline constexpr AttributeGetter kErrorCode = database_text<&DatabaseCall::error_code>;
inline constexpr AttributeGetter kQueryText = database_text<&DatabaseCall::query_text>;

}  // namespace attribute

inline constexpr std::array kDatabaseAttributes = {
    kServerAddress,
    kServerPort,
    kPeerName,
    AttributeRow{.name = "db.system.name",
                 .get = attribute::database_text<&DatabaseCall::system>,
                 .otlp = Show::kAlways,
                 .is_ascii = true,
                 .json = {.key = "dbSystemName", .types = kSql}},
    AttributeRow{.name = "db.operation.name",
                 .get = attribute::kOperation,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "operation", .types = kNotAerospike}},
    AttributeRow{.name = "db.collection.name",
                 .get = attribute::kCollection,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "table", .types = kNotAerospike}},
    AttributeRow{.name = "db.namespace",
                 .get = attribute::database_text<&DatabaseCall::name_space>,
                 .otlp = Show::kUnlessEmpty,
                 .json = {.key = "dbNamespace"}},
    AttributeRow{.name = "db.operation.batch.size",
                 .get = attribute::number_of<&Span::database, &DatabaseCall::batch_size, 1>,
                 .otlp = Show::kAlways},
    AttributeRow{.name = "db.query.text",
                 .get = attribute::kQueryText,
                 .otlp = Show::kUnlessEmpty,
                 .option = TraceOption::kOffByDefault,
                 .json = {.key = "statement", .types = kSql}},
    AttributeRow{
        .name = "db.response.status_code",
        .get = attribute::refusal_code,
        .otlp = Show::kUnlessEmpty,
        .json = {.key = "errorCode", .types = kNotAerospike, .get = attribute::kErrorCode}},
    // The status message of an error, where it is selected.
    AttributeRow{.name = "db.response.error",
                 .get = attribute::database_text<&DatabaseCall::error_message>,
                 .option = TraceOption::kOffByDefault},
    AttributeRow{.name = "db.query.text",
                 .get = attribute::kQueryText,
                 .json = {.key = "query", .types = kStores}},
    AttributeRow{.name = "db.operation.name",
                 .get = attribute::kOperation,
                 .json = {.key = "dbOperationName", .types = kAerospike}},
    AttributeRow{
        .name = "db.collection.name",
        .get = attribute::kCollection,
        .json = {.key = "dbCollectionName", .show = Show::kUnlessEmpty, .types = kAerospike}},
    AttributeRow{.get = attribute::kErrorCode,
                 .json = {.key = "errorType", .show = Show::kUnlessEmpty, .types = kAerospike}},
    AttributeRow{.get = attribute::database_text<&DatabaseCall::sql_state>,
                 .json = {.key = "sqlState", .types = kSql}},
    kStatus,
};

}  // namespace obi::model
