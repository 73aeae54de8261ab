// SPDX-License-Identifier: Apache-2.0
// Choices that several keys have in common, as in Key::allowed.
#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "model/event_type.hpp"

namespace obi::config {

inline constexpr std::string_view kFeatureChoices =
    "application|application_span|application_span_otel|application_span_sizes|"
    "application_service_graph|application_host|application_runtime|network|network_inter_zone|"
    "network_flow_packets|stats|stats_tcp_rtt|stats_tcp_failed_connections|stats_tcp_retransmits|"
    "stats_tcp_io|ebpf|all=*";

namespace detail {

// The selectors of event types, each once, and those of features that aren't built yet.
template <typename Each>
constexpr void for_each_selector(const Each& each) {
  for (std::size_t i = 0; i < model::kEventTypes.size(); ++i) {
    const std::string_view name = model::kEventTypes[i].instrumentation;
    bool is_new = !name.empty();
    for (std::size_t j = 0; j < i; ++j) is_new &= model::kEventTypes[j].instrumentation != name;
    if (is_new) each(name);
  }
  for (const std::string_view name : {"grpc", "gpu", "genai"}) each(name);
}

inline constexpr std::string_view kEverything = "*=all";
inline constexpr std::size_t kInstrumentationBytes = [] {
  std::size_t bytes = kEverything.size();
  for_each_selector([&](std::string_view name) { bytes += 1 + name.size(); });
  return bytes;
}();
inline constexpr auto kInstrumentationText = [] {
  std::array<char, kInstrumentationBytes> text{};
  std::size_t at = 0;
  const auto put = [&](std::string_view part) {
    for (const char c : part) text[at++] = c;
  };
  put(kEverything);
  for_each_selector([&](std::string_view name) {
    put("|");
    put(name);
  });
  return text;
}();

}  // namespace detail

/// Of `instrumentations`: every selector of model/event_type.hpp.
inline constexpr std::string_view kInstrumentationChoices(detail::kInstrumentationText.data(),
                                                          detail::kInstrumentationText.size());

}  // namespace obi::config
