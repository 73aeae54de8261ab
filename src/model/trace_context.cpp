// SPDX-License-Identifier: Apache-2.0
#include "model/trace_context.hpp"

#include <span>

namespace obi::model {
namespace {

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

std::optional<TraceContext> parse_traceparent(std::string_view header) {
  constexpr std::size_t kLength = 55;  // 2 + 1 + 32 + 1 + 16 + 1 + 2
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-')
    return std::nullopt;
  std::uint8_t version = 0;
  TraceContext context;
  if (!read_hex(header.substr(0, 2), {&version, 1}) || version == 0xff) return std::nullopt;
  if (version == 0 && header.size() != kLength) return std::nullopt;
  if (header.size() > kLength && header[kLength] != '-') return std::nullopt;
  if (!read_hex(header.substr(3, 32), context.trace_id.bytes)) return std::nullopt;
  if (!read_hex(header.substr(36, 16), context.span_id.bytes)) return std::nullopt;
  if (!read_hex(header.substr(53, 2), {&context.flags, 1})) return std::nullopt;
  if (!context.is_set()) return std::nullopt;
  return context;
}

}  // namespace obi::model
