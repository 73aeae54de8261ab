// SPDX-License-Identifier: Apache-2.0
// The metric form of a span's attributes: as in traces, but addresses that have no name are renamed
// to a few words, so that they make few series. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::metrics {

/// attributes.rename_unresolved_hosts*; "" leaves the address.
struct UnresolvedNames {
  std::string generic = "unresolved";
  std::string outgoing = "outgoing";
  std::string incoming = "incoming";
};

/// Omitted, text or a number.
using AttributeView = std::variant<std::monostate, std::string_view, std::int64_t>;

enum class SpanAttribute : std::uint8_t {
  kClientAddress,
  kMethod,
  kRoute,
  kScheme,
  kServerAddress,
  kServerPort,
  kStatusCode,
  kPath,
};

/// Text lives as long as the span, `names` and `scratch`.
AttributeView span_value(const model::Span& span, SpanAttribute attribute,
                         const UnresolvedNames& names, base::Arena& scratch);

}  // namespace obi::metrics
