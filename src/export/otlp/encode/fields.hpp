// SPDX-License-Identifier: Apache-2.0
// Field numbers of the OTLP messages that are written, from opentelemetry-proto v1 (trace, metrics,
// common, resource), and the writing of attributes.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
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

/// Bytes that `value` takes as a varint.
inline std::size_t varint_size(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
}

inline char* put_varint(char* at, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) *at++ = static_cast<char>(value | 0x80U);
  *at++ = static_cast<char>(value);
  return at;
}

inline char* put_text(char* at, int field, std::string_view text) {
  *at++ = static_cast<char>(field << 3 | 2);
  at = put_varint(at, text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

/// Attributes by the dozen are most of what a span encodes to, and all lengths are known
/// beforehand: so they are written in one go, where nested writers would move every byte twice. The
/// message that they belong to must be the innermost open one of its writers.
class AttributeWriter {
 public:
  /// `field`: the number of the repeated KeyValue in its message; below 16, so that the tag is one
  /// byte.
  AttributeWriter(std::string& out, int field)
      : out_(out), tag_(static_cast<char>(field << 3 | 2)) {}

  void text(std::string_view key, std::string_view value) {
    const std::size_t any_size = 1 + varint_size(value.size()) + value.size();
    char* at = begin(key, any_size);
    put_text(at, kStringValue, value);
  }

  void number(std::string_view key, std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    char* at = begin(key, 1 + varint_size(bits));
    *at++ = static_cast<char>(kIntValue << 3);
    put_varint(at, bits);
  }

 private:
  // Writes everything up to the AnyValue's content, for which there is room behind the pointer that
  // is returned.
  char* begin(std::string_view key, std::size_t any_size) {
    const std::size_t pair_size =
        1 + varint_size(key.size()) + key.size() + 1 + varint_size(any_size) + any_size;
    const std::size_t size = 1 + varint_size(pair_size) + pair_size;
    const std::size_t old = out_.size();
    out_.resize(old + size);
    char* at = out_.data() + old;
    *at++ = tag_;
    at = put_varint(at, pair_size);
    at = put_text(at, kKey, key);
    *at++ = static_cast<char>(kValue << 3 | 2);
    return put_varint(at, any_size);
  }

  std::string& out_;
  char tag_;
};

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
