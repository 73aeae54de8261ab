// SPDX-License-Identifier: Apache-2.0
#include "config/keys_pipeline.hpp"

#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kPipelineKeys[] = {
    key::kFilterApplication,
    {"filter.network", "", Type::kObject, "", "",
     "only what matches goes on: attribute to {match: glob}, {not_match: glob}, or any of equals, "
     "not_equals, greater_than, greater_equals, less_than, less_equals with a whole number",
     kLater},
    {"filter.stats", "", Type::kObject, "", "",
     "only what matches goes on: attribute to {match: glob}, {not_match: glob}, or any of equals, "
     "not_equals, greater_than, greater_equals, less_than, less_equals with a whole number",
     kLater},
    key::kUnmatchedRoute,
    key::kRoutePatterns,
    key::kIgnoredRoutePatterns,
    key::kRouteIgnoreMode,
    key::kRouteWildcard,
    key::kMaxSegmentCardinality,
    key::kNameResolverSources,
    key::kNameResolverCacheLen,
    key::kNameResolverCacheExpiry,
    key::kMetricsFeatures,
    key::kMetricsCardinalityLimit,
};

}  // namespace

std::span<const Key> pipeline_keys() { return kPipelineKeys; }

}  // namespace obi::config::table
