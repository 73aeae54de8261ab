// SPDX-License-Identifier: Apache-2.0
// The routes stage: gives every HTTP span a route, so that metrics have few series.
// Order: ignored patterns → patterns → the service's own patterns → what `unmatched` says.
// Runs on the pipeline thread; not thread-safe.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/lru.hpp"
#include "model/memory_account.hpp"
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
  model::MemoryAccount* memory = nullptr;
};

class Routes final : public Stage {
 public:
  /// Services that are remembered, with their own patterns and with a trie; the one that was not
  /// seen for the longest time is forgotten.
  static constexpr std::size_t kMaxServices = 128;
  explicit Routes(RoutesOptions options);

  [[nodiscard]] std::string_view name() const override { return "routes"; }
  /// Routes live in the batch's arena.
  void process(model::SpanBatch& batch) override;

 private:
  /// Holds the service, so that its address isn't used for another meanwhile.
  struct OwnPatterns {
    model::ServiceRef service;
    PatternMatcher incoming;
    PatternMatcher outgoing;
  };
  void ignore(model::Span& span) const;
  std::string_view route_of(const model::Span& span);
  std::string_view own_route_of(const model::Span& span);
  std::string_view unmatched_route_of(const model::Span& span);
  RouteTrie& trie_of(const model::Service& service);
  void route_by_trie(const model::Service& service);

  RoutesOptions options_;
  PatternMatcher patterns_;
  PatternMatcher ignored_;
  base::LruMap<const model::Service*, OwnPatterns> own_{kMaxServices};
  base::LruMap<std::string, RouteTrie> tries_{kMaxServices};  // by namespace and name
  std::size_t trie_nodes_ = 0;                                // of all tries
  model::MemoryEntry memory_;
  std::string clustered_;
  std::string route_;
  std::string key_;
};

}  // namespace obi::pipeline
