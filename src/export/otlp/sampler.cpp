// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/sampler.hpp"

#include <charconv>

namespace obi::exporting::otlp {
namespace {
constexpr std::uint64_t kAll = std::uint64_t{1} << 63U;
}

TraceSampler::TraceSampler(const model::Sampler& settings) : bound_(kAll) {
  if (settings.name.ends_with("always_off")) {
    bound_ = 0;
  } else if (settings.name.ends_with("traceidratio")) {
    double ratio = 1;
    const char* end = settings.argument.data() + settings.argument.size();
    const auto parsed = std::from_chars(settings.argument.data(), end, ratio);
    if (parsed.ec == std::errc() && parsed.ptr == end && ratio >= 0 && ratio < 1) {
      bound_ = static_cast<std::uint64_t>(ratio * static_cast<double>(kAll));
    }
  }
}

// As the OpenTelemetry SDKs do it: the lower half of the id, big-endian, without its last bit.
bool TraceSampler::keeps(const model::TraceId& id) const {
  if (bound_ == kAll) return true;
  std::uint64_t value = 0;
  for (std::size_t i = 8; i < 16; ++i) value = value << 8U | id.bytes[i];
  return value >> 1U < bound_;
}

}  // namespace obi::exporting::otlp
