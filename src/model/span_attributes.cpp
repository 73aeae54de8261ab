// SPDX-License-Identifier: Apache-2.0
#include "model/span_attributes.hpp"

#include <fmt/format.h>

#include "model/attributes.hpp"

namespace obi::model {
namespace {

AttributeView read(const AttributeRow& row, const AttributeSource& from) {
  if (row.get != nullptr) return (row.metric != nullptr ? row.metric : row.get)(from);
  if (from.span.service == nullptr) return {};
  return read_of_service(row, *from.span.service, from.scratch);
}

}  // namespace

std::optional<SpanAttribute> SpanAttribute::find(std::string_view name) {
  const AttributeRow* const row = find_attribute(name);
  if (row == nullptr) return std::nullopt;
  return SpanAttribute(*row);
}

std::string_view SpanAttribute::name() const { return row_->name; }

std::string_view SpanAttribute::value(const Span& span, const UnresolvedNames& names,
                                      base::Arena& scratch) const {
  const AttributeView value =
      read(*row_, {.span = span, .scratch = scratch, .query = span.query, .rename = &names});
  if (const auto* text = std::get_if<std::string_view>(&value)) return *text;
  const auto* const number = std::get_if<std::int64_t>(&value);
  if (number == nullptr) return {};
  const fmt::format_int digits(*number);
  return scratch.copy({digits.data(), digits.size()});
}

}  // namespace obi::model
