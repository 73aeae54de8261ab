// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/span_attributes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "model/attributes.hpp"
#include "model/call_attributes.hpp"

namespace obi::exporting::otlp {
namespace {

using model::AttributeRow;
using model::EventTypeSet;
using model::Show;

constexpr int kField = 9;  // Span.attributes
static_assert(model::kTraceOptions.size() <= 32, "a bit each");

constexpr unsigned option_number(std::string_view name) {
  const auto found =
      std::ranges::find(model::kTraceOptions, name, [](const auto* row) { return row->name; });
  return static_cast<unsigned>(found - model::kTraceOptions.begin());
}

enum class Side : std::uint8_t { kEither, kClient, kServer };

template <const auto& kRows>
constexpr EventTypeSet types_of(Side side) {
  const EventTypeSet types = model::kFamilyTypes<kRows>;
  if (side == Side::kEither) return types;
  return types & (side == Side::kClient ? model::kClientTypes : model::kServerTypes);
}

struct Writer {
  ProtoBuffer& out;
  const OptionalAttributes& selected;
  const model::AttributeSource& source;
};

// A row is known when this is compiled, so that its name and its getter are code, not data.
template <const auto& kRows, std::size_t kIndex, Side kSide>
[[gnu::always_inline]] inline void add_row(const Writer& to) {
  static constexpr const AttributeRow& kRow = kRows[kIndex];
  constexpr EventTypeSet kTypes = types_of<kRows>(kSide);
  if constexpr (kRow.otlp != Show::kNever && !(kRow.types & kTypes).empty()) {
    if constexpr (!(kTypes - kRow.types).empty()) {
      if (!kRow.types.has(to.source.span.type)) return;
    }
    if constexpr (kRow.option != model::TraceOption::kNone) {
      if (!to.selected.has(option_number(kRow.name))) return;
    }
    static constexpr auto kKey = ProtoBuffer::attribute_key<kRow.name.size()>(kRow.name);
    const model::AttributeView value = kRow.get(to.source);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      if (kRow.otlp == Show::kAlways || !text->empty()) to.out.add_attribute(kField, kKey, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      to.out.add_attribute(kField, kKey, *number);
    }
  }
}

template <const auto& kRows, Side kSide>
void add_rows(const Writer& to) {
  [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    (add_row<kRows, kIndex, kSide>(to), ...);
  }(std::make_index_sequence<kRows.size()>());
}

}  // namespace

OptionalAttributes::OptionalAttributes(const metrics::AttributeSelection& selection) {
  for (const std::string_view name : selection.trace_attributes())
    selected_ |= 1U << option_number(name);
}

bool OptionalAttributes::has(std::string_view name) const { return has(option_number(name)); }

void add_span_attributes(ProtoBuffer& out, const model::Span& span,
                         const OptionalAttributes& selected, const model::QueryRedaction& redaction,
                         base::Arena& scratch) {
  const std::string_view query =
      span.query.empty() ? span.query : redaction.redact(span.query, scratch);
  const model::AttributeSource source{
      .span = span, .scratch = scratch, .query = query, .rename = nullptr};
  const Writer writer{.out = out, .selected = selected, .source = source};
  add_rows<model::kCommonAttributes, Side::kEither>(writer);
  // The most frequent ones have code of their own for each side.
  if (span.type == model::EventType::kHttpServer)
    return add_rows<model::kHttpAttributes, Side::kServer>(writer);
  if (span.type == model::EventType::kHttpClient)
    return add_rows<model::kHttpAttributes, Side::kClient>(writer);
  model::visit_family(span, [&]<const auto & kRows>() { add_rows<kRows, Side::kEither>(writer); });
}

std::string_view status_message(const model::Span& span, const OptionalAttributes& selected,
                                base::Arena& scratch) {
  if (span.type == model::EventType::kDns && span.failure == model::Failure::kNone)
    return model::dns_rcode_name(span.status);
  return selected.has("db.response.error") ? model::database_error(span, scratch)
                                           : std::string_view();
}

}  // namespace obi::exporting::otlp
