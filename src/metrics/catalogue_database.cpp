// SPDX-License-Identifier: Apache-2.0
// Metrics of databases and caches.
#include "metrics/catalogue_groups.hpp"
#include "metrics/catalogue_tables.hpp"
#include "model/attributes_database.hpp"

namespace obi::metrics {
namespace {

using model::EventType;

constexpr std::array kDatabaseNames = {
    KnownAttribute{"db.collection.name", false},
    KnownAttribute{"db.operation.name"},
    KnownAttribute{"db.system.name"},
    KnownAttribute{"error.type"},
};
constexpr AttributeGroup kDatabase = {kDatabaseNames};

constexpr std::array kDatabaseMetrics = {
    duration({.name = "db.client.operation.duration",
              .prometheus_name = "db_client_operation_duration_seconds",
              .description = "Duration of database client operations.",
              .recorded_for = model::kDatabaseClients,
              .groups = kGroups<kDatabase, kServerAddress>}),
    duration({.name = "db.server.operation.duration",
              .prometheus_name = "db_server_operation_duration_seconds",
              .description = "Duration of database server operations.",
              .recorded_for = model::kDatabaseServers,
              .groups = kGroups<kDatabase, kServer>}),
};

}  // namespace

std::span<const MetricInfo> table::database_metrics() { return kDatabaseMetrics; }

}  // namespace obi::metrics
