// SPDX-License-Identifier: Apache-2.0
#include "inspect/explain_words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace obi::inspect {

std::string started_text(std::chrono::nanoseconds age) {
  const auto start = std::chrono::system_clock::now() - age;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(
                         std::chrono::floor<std::chrono::seconds>(start))));
}

std::vector<std::string_view> signals_of(const model::Service& service) {
  std::vector<std::string_view> signals;
  if (service.exports.metrics) signals.emplace_back("metrics");
  if (service.exports.traces) signals.emplace_back("traces");
  if (service.exports.logs) signals.emplace_back("logs");
  return signals;
}

}  // namespace obi::inspect
