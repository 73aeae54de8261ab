// SPDX-License-Identifier: Apache-2.0
#include "metrics/series_key.hpp"

namespace obi::metrics {

SeriesValue kept(const AttributeView& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  return {};
}

AttributeView ValueBytes::take(std::string_view& bytes) {
  const auto kind = static_cast<Kind>(bytes.front());
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + sizeof kind, sizeof number);
  bytes.remove_prefix(kHeadSize);
  if (kind == Kind::kNothing) return {};
  if (kind == Kind::kNumber) return static_cast<std::int64_t>(number);
  const std::string_view text = bytes.substr(0, number);
  bytes.remove_prefix(text.size());
  return text;
}

}  // namespace obi::metrics
