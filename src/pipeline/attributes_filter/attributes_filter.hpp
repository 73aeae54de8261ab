// SPDX-License-Identifier: Apache-2.0
// Last stage: removes the spans that `filter.application` keeps out. A span passes only if every
// condition holds. Runs on the pipeline thread; not thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.hpp"
#include "base/glob.hpp"
#include "base/result.hpp"
#include "model/ledger.hpp"
#include "model/span_attributes.hpp"
#include "pipeline/stage.hpp"

namespace obi::pipeline {

/// Either one pattern, or numeric bounds (all of them must hold; a value that is no whole number
/// fails).
struct AttributeCondition {
  std::string match;      ///< glob; empty = not set
  std::string not_match;  ///< glob; empty = not set
  std::optional<std::int64_t> equals, not_equals, greater_than, greater_equals, less_than,
      less_equals;
};

struct AttributesFilterOptions {
  /// By attribute name, dots or underscores. Values are those of metrics
  /// (model/span_attributes.hpp).
  std::map<std::string, AttributeCondition> conditions;
  model::UnresolvedNames unresolved;
};

class AttributesFilter final : public Stage {
 public:
  /// Refuses unknown attributes, bad globs, and conditions that are empty or of both kinds.
  static base::Result<AttributesFilter> create(const AttributesFilterOptions& options,
                                               model::Ledger& ledger);

  [[nodiscard]] std::string_view name() const override { return "attributes_filter"; }
  void process(model::SpanBatch& batch) override;

 private:
  struct Condition {
    model::SpanAttribute attribute;
    std::optional<base::Glob> match;
    std::optional<base::Glob> not_match;
    AttributeCondition bounds;
    bool numeric = false;
  };
  AttributesFilter(model::UnresolvedNames unresolved, model::Ledger& ledger)
      : unresolved_(std::move(unresolved)), ledger_(&ledger) {}
  static base::Result<Condition> read_condition(std::string_view name,
                                                const AttributeCondition& wanted);
  bool passes(const model::Span& span);
  model::UnresolvedNames unresolved_;
  model::Ledger* ledger_;
  std::vector<Condition> conditions_;
  base::Arena scratch_;
};

}  // namespace obi::pipeline
