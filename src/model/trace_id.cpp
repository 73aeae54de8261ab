// SPDX-License-Identifier: Apache-2.0
#include "model/trace_id.hpp"

#include <span>

namespace obi::model {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xfU];
  }
  return text;
}

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

bool read_hex(std::string_view text, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = digit_value(text[2 * i]);
    const int low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

}  // namespace

std::string to_hex(const TraceId& id) { return hex_of(id.bytes); }
std::string to_hex(const SpanId& id) { return hex_of(id.bytes); }

std::optional<TraceParent> parse_traceparent(std::string_view header) {
  constexpr std::size_t kLength = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  std::uint8_t version = 0;
  TraceParent parent;
  if (!read_hex(header.substr(0, 2), {&version, 1}) || version == 0xff) return std::nullopt;
  if (version == 0 && header.size() != kLength) return std::nullopt;
  if (header.size() > kLength && header[kLength] != '-') return std::nullopt;
  if (!read_hex(header.substr(3, 32), parent.trace_id.bytes)) return std::nullopt;
  if (!read_hex(header.substr(36, 16), parent.span_id.bytes)) return std::nullopt;
  if (!read_hex(header.substr(53, 2), {&parent.flags, 1})) return std::nullopt;
  if (!parent.trace_id.is_set() || !parent.span_id.is_set()) return std::nullopt;
  return parent;
}

}  // namespace obi::model
