// SPDX-License-Identifier: Apache-2.0
#include "model/trace_id.hpp"

#include <span>
#include <string_view>

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

}  // namespace

std::string to_hex(const TraceId& id) { return hex_of(id.bytes); }
std::string to_hex(const SpanId& id) { return hex_of(id.bytes); }

}  // namespace obi::model
