// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/routes.hpp"

#include "pipeline/routes/path_clusterer.hpp"

namespace obi::pipeline {

Routes::Routes(RoutesOptions options)
    : options_(std::move(options)),
      patterns_(options_.patterns),
      ignored_(options_.ignored_patterns) {}

void Routes::process(model::SpanBatch& batch) {
  for (model::Span& span : batch.spans) {
    if (!ignored_.empty() && !ignored_.match(span.path).empty()) ignore(span);
    if (span.route.empty()) set_route(span, batch.arena);
  }
}

void Routes::ignore(model::Span& span) const {
  span.ignore_metrics |= options_.ignore_mode != IgnoreMode::kTraces;
  span.ignore_traces |= options_.ignore_mode != IgnoreMode::kMetrics;
}

void Routes::set_route(model::Span& span, base::Arena& arena) {
  span.route = patterns_.match(span.path);
  if (span.route.empty() && span.service) {
    const bool outgoing = span.is_client();
    const auto& own = outgoing ? span.service->outgoing_routes : span.service->incoming_routes;
    if (!own.empty()) {
      PerService& service = service_of(*span.service);
      span.route = arena.copy((outgoing ? service.outgoing : service.incoming).match(span.path));
    }
  }
  if (span.route.empty()) set_unmatched(span, arena);
}

void Routes::set_unmatched(model::Span& span, base::Arena& arena) {
  switch (options_.unmatched) {
    case Unmatched::kUnset: return;
    case Unmatched::kPath: span.route = span.path; return;
    case Unmatched::kWildcard: span.route = "/**"; return;
    case Unmatched::kHeuristic:
      cluster_path(span.path, options_.wildcard, clustered_);
      span.route = arena.copy(clustered_);
      return;
    case Unmatched::kLowCardinality:
      cluster_path(span.path, options_.wildcard, clustered_);
      if (span.service) service_of(*span.service).trie.insert(clustered_, route_);
      span.route = arena.copy(span.service ? route_ : clustered_);
      return;
  }
}

Routes::PerService& Routes::service_of(const model::Service& service) {
  key_.assign(service.name_space);
  key_ += '\0';
  key_ += service.name;
  const auto found = by_key_.find(key_);
  if (found != by_key_.end()) {
    services_.splice(services_.end(), services_, found->second);
    return *found->second;
  }
  if (services_.size() >= kMaxServices) {
    by_key_.erase(services_.front().key);
    services_.pop_front();
  }
  services_.push_back({.key = key_,
                       .incoming = PatternMatcher(service.incoming_routes),
                       .outgoing = PatternMatcher(service.outgoing_routes),
                       .trie = RouteTrie(options_.max_segment_cardinality, options_.wildcard)});
  const auto made = std::prev(services_.end());
  by_key_.emplace(made->key, made);
  return *made;
}

}  // namespace obi::pipeline
