// SPDX-License-Identifier: Apache-2.0
// The two forms of what `check` found: a table for people, JSON for scripts.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "inspect/check.hpp"

namespace obi::inspect {

std::string_view to_string(Status status) {
  switch (status) {
    case Status::kOk: return "ok";
    case Status::kLimited: return "limited";
    case Status::kOff: return "off";
    case Status::kMissing: break;
  }
  return "missing";
}

std::string render_text(const CheckReport& report) {
  std::size_t width = 0;
  for (const Finding& finding : report.findings) width = std::max(width, finding.feature.size());
  std::string text = fmt::format("Linux {} {}\n\n", report.host.release, report.host.machine);
  for (const Finding& finding : report.findings) {
    text += fmt::format("{:{}}  {:8} {}\n", finding.feature, width, to_string(finding.status),
                        finding.how);
    if (!finding.remedy.empty())
      text += fmt::format("{:{}}  {:8} -> {}\n", "", width, "", finding.remedy);
  }
  text += report.is_usable() ? "\nThe agent works here.\n"
                             : "\nThe agent does not work here: see the rows marked missing.\n";
  return text;
}

std::string render_json(const CheckReport& report) {
  nlohmann::ordered_json document = {{"usable", report.is_usable()},
                                     {"kernel", report.host.release},
                                     {"machine", report.host.machine},
                                     {"findings", nlohmann::ordered_json::array()}};
  for (const Finding& finding : report.findings) {
    document["findings"].push_back({{"feature", finding.feature},
                                    {"status", to_string(finding.status)},
                                    {"essential", finding.essential},
                                    {"how", finding.how},
                                    {"remedy", finding.remedy}});
  }
  return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

}  // namespace obi::inspect
