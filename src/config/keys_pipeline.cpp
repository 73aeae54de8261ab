// SPDX-License-Identifier: Apache-2.0
#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kKeys[] = {
    {"filter.application", "", Type::kObject, "", "",
     "only what matches goes on: attribute to {match: glob}, {not_match: glob}, or any of equals, "
     "not_equals, greater_than, greater_equals, less_than, less_equals with a whole number"},
    {"filter.network", "", Type::kObject, "", "",
     "only what matches goes on: attribute to {match: glob}, {not_match: glob}, or any of equals, "
     "not_equals, greater_than, greater_equals, less_than, less_equals with a whole number",
     kLater},
    {"filter.stats", "", Type::kObject, "", "",
     "only what matches goes on: attribute to {match: glob}, {not_match: glob}, or any of equals, "
     "not_equals, greater_than, greater_equals, less_than, less_equals with a whole number",
     kLater},
    {"routes.unmatched", "", Type::kChoice, "heuristic",
     "unset|path|wildcard=|heuristic|low-cardinality", "route of a path that no pattern matches"},
    {"routes.patterns", "", Type::kTextList, "", "",
     "route patterns such as /a/:id, /a/{id}, /a/*; the first that matches counts"},
    {"routes.ignored_patterns", "", Type::kTextList, "", "",
     "requests of these paths are left out"},
    {"routes.ignore_mode", "", Type::kChoice, "all", "all=|metrics|traces",
     "which signals leave them out"},
    {"routes.wildcard_char", "", Type::kText, "*", "at most one character",
     "stands for the variable segments of a path"},
    {"routes.max_path_segment_cardinality", "", Type::kInteger, "10", ">= 0",
     "unmatched: low-cardinality : different values per segment and service; 0 = no limit"},
    {"name_resolver.sources", "OTEL_EBPF_NAME_RESOLVER_SOURCES", Type::kTextList, "k8s",
     "k8s=kube=kubernetes|dns|rdns", "who is asked for the names of addresses",
     kAnyCase | kLenient},
    {"name_resolver.cache_len", "OTEL_EBPF_NAME_RESOLVER_CACHE_LEN", Type::kInteger, "1024", "> 0",
     "addresses remembered"},
    {"name_resolver.cache_expiry", "OTEL_EBPF_NAME_RESOLVER_CACHE_TTL", Type::kDuration, "5m",
     "> 0", "for how long"},
    {"metrics.features", "OTEL_EBPF_METRICS_FEATURES,OTEL_EBPF_METRIC_FEATURES", Type::kTextList,
     "application", kFeatures, "families of metrics; only application exists yet", kExpanded},
    {"metrics.cardinality_limit", "OTEL_EBPF_METRICS_CARDINALITY_LIMIT,OTEL_GO_X_CARDINALITY_LIMIT",
     Type::kInteger, "2000", "",
     "sets of attribute values that a metric of one service instance has; what comes beyond is in "
     "one series with otel.metric.overflow=true, which is one of them. 0 or less = no limit but "
     "max_memory. A key of this implementation only; OBI has the second variable, and no limit "
     "without it"},
};

}  // namespace

std::span<const Key> pipeline_keys() { return kKeys; }

}  // namespace obi::config::table
