// SPDX-License-Identifier: Apache-2.0
// The metric form of a span's attributes: as in traces, but addresses that have no name are renamed
// to a few words, so that they make few series. Pure.
#pragma once
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/arena.hpp"
#include "model/span.hpp"
#include "model/span_addresses.hpp"

namespace obi::metrics {

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
                         const model::UnresolvedNames& names, base::Arena& scratch);

}  // namespace obi::metrics
