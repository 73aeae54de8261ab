// SPDX-License-Identifier: Apache-2.0
// One attribute of spans: its name, how each signal spells it, and how it is read. The rows stand
// in attributes_<family>.hpp, and attributes.hpp has them all: metrics, filters, OTLP and the JSON
// forms read them. Constant data and pure functions; small, so that an encoder that walks the rows
// of a family at compile time has their code inline.
#pragma once
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/arena.hpp"
#include "model/event_type_set.hpp"
#include "model/span.hpp"
#include "model/span_addresses.hpp"

namespace obi::model {

/// Absent, text or a whole number.
using AttributeView = std::variant<std::monostate, std::string_view, std::int64_t>;

/// What an attribute is read from.
struct AttributeSource {
  const Span& span;
  base::Arena& scratch;           ///< for texts that must be composed
  std::string_view query;         ///< the span's, redacted where it leaves the agent
  const UnresolvedNames* rename;  ///< of addresses without name; null: as they are
};

/// Text lives as long as the span, its service, `rename` and `scratch`.
using AttributeGetter = AttributeView (*)(const AttributeSource&);
using ServiceGetter = AttributeView (*)(const Service&, base::Arena& scratch);

/// When a value is written. What is absent never is.
enum class Show : std::uint8_t { kNever, kUnlessEmpty, kAlways };

/// Whether the `traces` section of attributes.select chooses the attribute.
enum class TraceOption : std::uint8_t {
  kNone,
  kOnByDefault,
  kOffByDefault,
  kByExactName,  ///< off by default, and no glob selects it
};

/// How the JSON forms of the printer have an attribute. Members stand in alphabetical order.
struct JsonSpelling {
  std::string_view key = {};  ///< empty: they do not have it
  Show show = Show::kAlways;
  EventTypeSet types = EventTypeSet::all();
  AttributeGetter get = nullptr;  ///< null: the row's
};

/// The rows of a family stand in the order in which OTLP has them. A name with several spellings
/// has several rows, of which the first is the one that metrics and filters read.
struct AttributeRow {
  /// OpenTelemetry's, with dots. Prometheus has underscores for them, configuration either. Empty:
  /// only the JSON forms have it.
  std::string_view name = {};
  AttributeGetter get = nullptr;       ///< of the span
  ServiceGetter of_service = nullptr;  ///< or of its service; neither: of its service's metadata
  Show otlp = Show::kNever;            ///< in spans
  EventTypeSet types = EventTypeSet::all();  ///< of the family: whose spans have it in OTLP
  TraceOption option = TraceOption::kNone;
  AttributeGetter metric = nullptr;  ///< of metrics and filters, where they say it otherwise
  bool metric_omits_empty = false;   ///< series without value have none in OTLP, rather than ""
  bool is_ascii = false;             ///< the agent's own text, or checked by the parser
  JsonSpelling json = {};
};

constexpr EventTypeSet types_of_side(bool client) {
  EventTypeSet types;
  for (const EventTypeInfo& info : kEventTypes) {
    if (info.is_client == client) types.add(info.type);
  }
  return types;
}
inline constexpr EventTypeSet kClientTypes = types_of_side(true);
inline constexpr EventTypeSet kServerTypes = types_of_side(false);

/// Getters that many rows need.
namespace attribute {

template <std::string_view Span::* kText>
AttributeView text(const AttributeSource& from) {
  return from.span.*kText;
}

/// A text of the span, of spans that have such a call.
template <auto kCall, std::string_view Span::* kText>
AttributeView text_with(const AttributeSource& from) {
  return from.span.*kCall == nullptr ? AttributeView() : AttributeView(from.span.*kText);
}

/// A text of the call.
template <auto kCall, auto kText>
AttributeView text_of(const AttributeSource& from) {
  const auto* const call = from.span.*kCall;
  return call == nullptr ? AttributeView() : AttributeView(call->*kText);
}

/// A number of the call; absent below `kFirst`.
template <auto kCall, auto kNumber, std::int64_t kFirst = 0>
AttributeView number_of(const AttributeSource& from) {
  const auto* const call = from.span.*kCall;
  if (call == nullptr || std::int64_t{call->*kNumber} < kFirst) return {};
  return std::int64_t{call->*kNumber};
}

}  // namespace attribute

}  // namespace obi::model
