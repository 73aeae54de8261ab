// SPDX-License-Identifier: Apache-2.0
#include "export/printer/json_attributes.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "model/attributes.hpp"

namespace obi::exporting {
namespace {

using model::AttributeRow;
using model::Show;

// The rows that JSON has, in the order of their keys.
template <const auto& kRows>
constexpr auto kByKey = [] {
  constexpr auto kCount =
      std::ranges::count_if(kRows, [](const AttributeRow& row) { return !row.json.key.empty(); });
  std::array<AttributeRow, kCount> sorted;
  std::ranges::copy_if(kRows, sorted.begin(),
                       [](const AttributeRow& row) { return !row.json.key.empty(); });
  std::ranges::sort(sorted, {}, [](const AttributeRow& row) { return row.json.key; });
  return sorted;
}();

void append_rows(ObjectWriter& object, std::span<const AttributeRow> rows,
                 const model::AttributeSource& source) {
  for (const AttributeRow& row : rows) {
    if (!row.json.types.has(source.span.type)) continue;
    const model::AttributeView value = (row.json.get != nullptr ? row.json.get : row.get)(source);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      if (row.json.show == Show::kAlways || !text->empty()) object.member(row.json.key, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      object.number(row.json.key, *number);
    }
  }
}

}  // namespace

void append_attributes(ObjectWriter& object, const model::Span& span, base::Arena& scratch) {
  const model::AttributeSource source{
      .span = span, .scratch = scratch, .query = {}, .rename = nullptr};
  append_rows(object, kByKey<model::kCommonAttributes>, source);
  model::visit_family(span,
                      [&]<const auto & kRows>() { append_rows(object, kByKey<kRows>, source); });
  object.end();
}

}  // namespace obi::exporting
