// SPDX-License-Identifier: Apache-2.0
// Keys of `filter`, `routes`, `name_resolver` and `metrics`. See typed_key.hpp.
#pragma once
#include "config/choices.hpp"
#include "config/typed_key.hpp"

namespace obi::config::key {

// Null switches these stages off.
inline constexpr Section kRoutesSection{"routes"};
inline constexpr Section kNameResolverSection{"name_resolver"};

inline constexpr ObjectKey kFilterApplication{
    "filter.application", "", "", "",
    "only what matches goes on: attribute to {match: glob}, {not_match: glob}, or any of equals, "
    "not_equals, greater_than, greater_equals, less_than, less_equals with a whole number"};
inline constexpr ChoiceKey kUnmatchedRoute{"routes.unmatched", "", "heuristic",
                                           "unset|path|wildcard=|heuristic|low-cardinality",
                                           "route of a path that no pattern matches"};
inline constexpr TextListKey kRoutePatterns{
    "routes.patterns", "", "", "",
    "route patterns such as /a/:id, /a/{id}, /a/*; the first that matches counts"};
inline constexpr TextListKey kIgnoredRoutePatterns{"routes.ignored_patterns", "", "", "",
                                                   "requests of these paths are left out"};
inline constexpr ChoiceKey kRouteIgnoreMode{"routes.ignore_mode", "", "all", "all=|metrics|traces",
                                            "which signals leave them out"};
inline constexpr TextKey kRouteWildcard{"routes.wildcard_char", "", "*", "at most one character",
                                        "stands for the variable segments of a path"};
inline constexpr IntegerKey kMaxSegmentCardinality{
    "routes.max_path_segment_cardinality", "", "10", ">= 0",
    "unmatched: low-cardinality : different values per segment and service; 0 = no limit"};
inline constexpr TextListKey kNameResolverSources{
    "name_resolver.sources",        "OTEL_EBPF_NAME_RESOLVER_SOURCES",         "k8s",
    "k8s=kube=kubernetes|dns|rdns", "who is asked for the names of addresses", kAnyCase | kLenient};
inline constexpr IntegerKey kNameResolverCacheLen{"name_resolver.cache_len",
                                                  "OTEL_EBPF_NAME_RESOLVER_CACHE_LEN", "1024",
                                                  "> 0", "addresses remembered"};
inline constexpr DurationKey kNameResolverCacheExpiry{
    "name_resolver.cache_expiry", "OTEL_EBPF_NAME_RESOLVER_CACHE_TTL", "5m", "> 0", "for how long"};
inline constexpr TextListKey kMetricsFeatures{
    "metrics.features", "OTEL_EBPF_METRICS_FEATURES,OTEL_EBPF_METRIC_FEATURES", "application",
    kFeatureChoices,    "families of metrics; only application exists yet",     kExpanded};
inline constexpr IntegerKey kMetricsCardinalityLimit{
    "metrics.cardinality_limit", "OTEL_EBPF_METRICS_CARDINALITY_LIMIT,OTEL_GO_X_CARDINALITY_LIMIT",
    "2000", "",
    "sets of attribute values that a metric of one service instance has; what comes beyond is in "
    "one series with otel.metric.overflow=true, which is one of them. 0 or less = no limit but "
    "max_memory. A key of this implementation only; OBI has the second variable, and no limit "
    "without it"};

}  // namespace obi::config::key
