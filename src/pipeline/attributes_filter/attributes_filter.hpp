// SPDX-License-Identifier: Apache-2.0
// Last stage: removes the spans that `filter.application` keeps out. A span passes only if every
// condition holds. Runs on the pipeline thread; not thread-safe.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "base/glob.hpp"
#include "base/result.hpp"
#include "model/ledger.hpp"
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
  std::map<std::string, AttributeCondition> conditions;  ///< by attribute name, dots or underscores
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
    std::string attribute;  // with dots
    std::optional<base::Glob> match;
    std::optional<base::Glob> not_match;
    AttributeCondition bounds;
    bool numeric = false;
  };
  explicit AttributesFilter(model::Ledger& ledger) : ledger_(&ledger) {}
  bool passes(const model::Span& span);
  model::Ledger* ledger_;
  std::vector<Condition> conditions_;
  base::Arena scratch_;
};

}  // namespace obi::pipeline
