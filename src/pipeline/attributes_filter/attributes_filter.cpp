// SPDX-License-Identifier: Apache-2.0
#include "pipeline/attributes_filter/attributes_filter.hpp"

#include <algorithm>
#include <charconv>

namespace obi::pipeline {
namespace {

bool holds(const AttributeCondition& bounds, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  return (!bounds.equals || value == *bounds.equals) &&
         (!bounds.not_equals || value != *bounds.not_equals) &&
         (!bounds.greater_than || value > *bounds.greater_than) &&
         (!bounds.greater_equals || value >= *bounds.greater_equals) &&
         (!bounds.less_than || value < *bounds.less_than) &&
         (!bounds.less_equals || value <= *bounds.less_equals);
}

}  // namespace

base::Result<AttributesFilter> AttributesFilter::create(const AttributesFilterOptions& options,
                                                        model::Ledger& ledger) {
  AttributesFilter filter(options.unresolved, ledger);
  for (const auto& [name, wanted] : options.conditions) {
    auto condition = read_condition(name, wanted);
    if (!condition) {
      return std::unexpected(
          std::move(condition.error()).with_context("filter.application." + name));
    }
    filter.conditions_.push_back(std::move(*condition));
  }
  return filter;
}

base::Result<AttributesFilter::Condition> AttributesFilter::read_condition(
    std::string_view name, const AttributeCondition& wanted) {
  const auto attribute = model::SpanAttribute::find(name);
  if (!attribute) return base::fail("there is no such attribute");
  Condition condition{.attribute = *attribute, .match = {}, .not_match = {}, .bounds = wanted};
  condition.numeric = wanted.equals || wanted.not_equals || wanted.greater_than ||
                      wanted.greater_equals || wanted.less_than || wanted.less_equals;
  const int kinds =
      int{!wanted.match.empty()} + int{!wanted.not_match.empty()} + int{condition.numeric};
  if (kinds != 1) {
    return base::fail("give exactly one of match, not_match and numeric conditions");
  }
  if (!wanted.match.empty()) condition.match = OBI_TRY(base::Glob::compile(wanted.match));
  if (!wanted.not_match.empty())
    condition.not_match = OBI_TRY(base::Glob::compile(wanted.not_match));
  return condition;
}

bool AttributesFilter::passes(const model::Span& span) {
  return std::ranges::all_of(conditions_, [&](const Condition& condition) {
    const std::string_view value = condition.attribute.value(span, unresolved_, scratch_);
    if (condition.numeric) return holds(condition.bounds, value);
    if (condition.match) return condition.match->matches(value);
    return !condition.not_match->matches(value);
  });
}

void AttributesFilter::process(model::SpanBatch& batch) {
  scratch_.reset();
  const std::size_t removed = std::erase_if(batch.spans, [&](const model::Span& span) {
    return (span.ignore_metrics && span.ignore_traces) || !passes(span);
  });
  if (removed > 0) ledger_->add(model::Reason::SpansFiltered, removed);
}

}  // namespace obi::pipeline
