// SPDX-License-Identifier: Apache-2.0
// The routes stage: gives every HTTP span a route, so that metrics have few series.
// Order: ignored patterns → patterns → the service's own patterns → what `unmatched` says.
// Runs on the pipeline thread; not thread-safe.
#pragma once
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/ledger.hpp"
#include "pipeline/routes/pattern_matcher.hpp"
#include "pipeline/routes/route_trie.hpp"
#include "pipeline/stage.hpp"

namespace obi::pipeline {

enum class Unmatched : std::uint8_t { kUnset, kPath, kWildcard, kHeuristic, kLowCardinality };
enum class IgnoreMode : std::uint8_t { kAll, kMetrics, kTraces };

struct RoutesOptions {
  Unmatched unmatched = Unmatched::kHeuristic;
  std::vector<std::string> patterns;
  std::vector<std::string> ignored_patterns;
  IgnoreMode ignore_mode = IgnoreMode::kAll;
  char wildcard = '*';
  std::size_t max_segment_cardinality = 10;  ///< low-cardinality only; 0 = off
};

class Routes final : public Stage {
 public:
  static constexpr std::size_t kMaxServices =
      256;  ///< with a trie or patterns of their own; the oldest is forgotten
  explicit Routes(RoutesOptions options);

  [[nodiscard]] std::string_view name() const override { return "routes"; }
  void process(model::SpanBatch& batch) override;

 private:
  struct PerService {
    std::string key;
    PatternMatcher incoming;
    PatternMatcher outgoing;
    RouteTrie trie;
  };
  PerService& service_of(const model::Service& service);
  void set_route(model::Span& span, base::Arena& arena);
  void set_unmatched(model::Span& span, base::Arena& arena);
  void ignore(model::Span& span) const;

  RoutesOptions options_;
  PatternMatcher patterns_;
  PatternMatcher ignored_;
  std::list<PerService> services_;  // the longest unused first
  std::unordered_map<std::string_view, std::list<PerService>::iterator> by_key_;
  std::string clustered_;
  std::string route_;
  std::string key_;
};

}  // namespace obi::pipeline
