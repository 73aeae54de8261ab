// SPDX-License-Identifier: Apache-2.0
#include "config/layout.hpp"

#include <fmt/format.h>

#include <array>

namespace obi::config {
namespace {

// Roots of OpenTelemetry's declarative configuration, and what a Collector's receiver has instead.
constexpr std::array<std::string_view, 9> kRootMembers = {"file_format",
                                                          "tracer_provider",
                                                          "meter_provider",
                                                          "logger_provider",
                                                          "instrumentation/development",
                                                          "capture",
                                                          "enrich",
                                                          "correlation",
                                                          "daemon"};

}  // namespace

std::optional<std::string_view> find_layout_2(const Node& root) {
  for (const std::string_view member : kRootMembers) {
    if (root.find(member) != nullptr) return member;
  }
  const Node* extensions = root.find("extensions");
  if (extensions != nullptr && extensions->find("obi") != nullptr) return "extensions.obi";
  return std::nullopt;
}

std::string refuse_layout_2(std::string_view member, std::string_view where) {
  return fmt::format(
      "{}: `{}` makes this a configuration of layout v2, which this version doesn't read: none of "
      "its settings and rules would count. Write it in layout v1, whose keys docs/configuration.md "
      "lists",
      where, member);
}

}  // namespace obi::config
