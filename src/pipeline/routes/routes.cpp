// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/routes.hpp"

#include <algorithm>

#include "pipeline/routes/path_clusterer.hpp"

namespace obi::pipeline {

Routes::Routes(RoutesOptions options)
    : options_(std::move(options)),
      patterns_(options_.patterns),
      ignored_(options_.ignored_patterns),
      memory_(options_.memory, model::MemoryHolder::NameCaches) {}

void Routes::process(model::SpanBatch& batch) {
  for (model::Span& span : batch.spans) {
    if (!model::is_http(span.type)) continue;
    if (!ignored_.empty() && !ignored_.match(span.path).empty()) ignore(span);
    if (span.route.empty()) span.route = batch.arena.copy(route_of(span));
  }
}

void Routes::ignore(model::Span& span) const {
  span.ignore_metrics |= options_.ignore_mode != IgnoreMode::kTraces;
  span.ignore_traces |= options_.ignore_mode != IgnoreMode::kMetrics;
}

std::string_view Routes::route_of(const model::Span& span) {
  std::string_view route = patterns_.match(span.path);
  if (route.empty()) route = own_route_of(span);
  if (route.empty()) route = unmatched_route_of(span);
  return route;
}

std::string_view Routes::own_route_of(const model::Span& span) {
  if (!span.service) return {};
  const model::Service& service = *span.service;
  if ((span.is_client() ? service.outgoing_routes : service.incoming_routes).empty()) return {};
  OwnPatterns* own = own_.find(&service);
  if (own == nullptr) {
    own = &own_.put(&service, {.service = span.service,
                               .incoming = PatternMatcher(service.incoming_routes),
                               .outgoing = PatternMatcher(service.outgoing_routes)});
  }
  return (span.is_client() ? own->outgoing : own->incoming).match(span.path);
}

std::string_view Routes::unmatched_route_of(const model::Span& span) {
  switch (options_.unmatched) {
    case Unmatched::kUnset: return {};
    case Unmatched::kPath: return span.path;
    case Unmatched::kWildcard: return "/**";
    case Unmatched::kHeuristic: cluster_path(span.path, options_.wildcard, route_); return route_;
    case Unmatched::kLowCardinality:
      cluster_path(span.path, options_.wildcard, clustered_);
      if (!span.service) return clustered_;
      route_by_trie(*span.service);
      return route_;
  }
  return {};
}

// A service whose trie had to go begins another: for a while its routes are more again.
void Routes::route_by_trie(const model::Service& service) {
  constexpr std::size_t kNodeBytes = 192;  // a map's node with its key, and the node
  RouteTrie& trie = trie_of(service);
  const std::size_t before = trie.nodes();
  trie.insert(clustered_, route_);
  if (trie.nodes() == before) return;
  trie_nodes_ = trie_nodes_ + trie.nodes() - before;
  memory_.set(trie_nodes_ * kNodeBytes);
  while (tries_.size() > 1 && memory_.excess() > 0) {
    const std::size_t nodes = tries_.oldest().second.nodes();
    trie_nodes_ -= std::min(nodes, trie_nodes_);
    tries_.forget_oldest();
    memory_.count_given_back(nodes * kNodeBytes);
    memory_.set(trie_nodes_ * kNodeBytes);
  }
}

RouteTrie& Routes::trie_of(const model::Service& service) {
  key_.assign(service.name_space);
  key_ += '\0';
  key_ += service.name;
  RouteTrie* trie = tries_.find(key_);
  if (trie != nullptr) return *trie;
  if (tries_.size() >= kMaxServices) {
    trie_nodes_ -= std::min(tries_.oldest().second.nodes(), trie_nodes_);
    tries_.forget_oldest();
  }
  ++trie_nodes_;
  return tries_.put(key_, RouteTrie(options_.max_segment_cardinality, options_.wildcard));
}

}  // namespace obi::pipeline
