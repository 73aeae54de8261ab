// SPDX-License-Identifier: Apache-2.0
// Field numbers of the OTLP messages that are written, from opentelemetry-proto v1 (trace, metrics,
// common, resource), and the writing of attributes where it happens once per service or series.
#pragma once
#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <string_view>

#include "model/metric.hpp"

namespace obi::exporting::otlp {

// ExportTraceServiceRequest and ExportMetricsServiceRequest
inline constexpr int kResourceItems = 1;
// ResourceSpans, ResourceMetrics
inline constexpr int kResource = 1;
inline constexpr int kScopeItems = 2;
inline constexpr int kSchemaUrl = 3;
// Resource
inline constexpr int kResourceAttributes = 1;
// ScopeSpans, ScopeMetrics
inline constexpr int kScope = 1;
inline constexpr int kItems = 2;
// InstrumentationScope
inline constexpr int kScopeName = 1;
// KeyValue
inline constexpr int kKey = 1;
inline constexpr int kValue = 2;
// AnyValue
inline constexpr int kStringValue = 1;
inline constexpr int kIntValue = 3;

inline void add_text(protozero::pbf_writer& parent, int field, std::string_view key,
                     std::string_view value) {
  protozero::pbf_writer pair(parent, static_cast<protozero::pbf_tag_type>(field));
  pair.add_string(kKey, key.data(), key.size());
  protozero::pbf_writer any(pair, kValue);
  any.add_string(kStringValue, value.data(), value.size());
}

inline void add_number(protozero::pbf_writer& parent, int field, std::string_view key,
                       std::int64_t value) {
  protozero::pbf_writer pair(parent, static_cast<protozero::pbf_tag_type>(field));
  pair.add_string(kKey, key.data(), key.size());
  protozero::pbf_writer any(pair, kValue);
  any.add_int64(kIntValue, value);
}

inline void add_attributes(protozero::pbf_writer& parent, int field,
                           const model::Attributes& attributes) {
  for (const auto& [key, value] : attributes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      add_text(parent, field, key, *text);
    } else {
      add_number(parent, field, key, std::get<std::int64_t>(value));
    }
  }
}

inline constexpr std::string_view kScopeText = "go.opentelemetry.io/obi";
inline constexpr std::string_view kSchema = "https://opentelemetry.io/schemas/1.41.0";

}  // namespace obi::exporting::otlp
