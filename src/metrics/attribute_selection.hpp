// SPDX-License-Identifier: Apache-2.0
// `attributes.select`: which attributes each metric, the traces and the resource carry. Evaluated
// once at start, by the metric aggregator and by the OTLP exporter. Immutable after construction,
// so any thread may read it.
#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace obi::metrics {

/// An attribute that a section (a metric or `traces`) can have.
struct KnownAttribute {
  std::string_view name;  ///< OpenTelemetry form: "http.route"
  bool on_by_default = true;
  bool exact_name_only =
      false;  ///< a glob does not select it: it may hold what people must ask for by name
  bool operator==(const KnownAttribute&) const = default;
};

struct SectionSelection {
  std::vector<std::string> include;  ///< names or globs, `.` and `_` being equal
  std::vector<std::string> exclude;
};

class AttributeSelection {
 public:
  /// By key as it was configured: a metric name in either form, a glob, "traces" or "resource".
  using Sections = std::map<std::string, SectionSelection>;

  AttributeSelection() = default;
  explicit AttributeSelection(const Sections& sections);

  /// The names out of `known` that the section reports, sorted. Every configured key that matches
  /// applies, in byte order of the normalised keys: it adds what its include names (the first one
  /// without include starts from the defaults), then removes what its exclude names. No matching
  /// key: the defaults.
  [[nodiscard]] std::vector<std::string_view> select(std::string_view section,
                                                     std::span<const KnownAttribute> known) const;
  /// The optional attributes of spans that are on; url.query and dns.question.name by default.
  [[nodiscard]] std::vector<std::string_view> trace_attributes() const;
  /// Of the `resource` section: not excluded and, when include is non-empty and has no "*",
  /// included.
  [[nodiscard]] bool keeps_resource_attribute(std::string_view name) const;

  /// "http_server_request_duration_seconds_bucket" → "http.server.request.duration".
  static std::string normalise_key(std::string_view key);

 private:
  struct Section {
    std::string key;
    SectionSelection selection;
  };
  std::vector<Section> sections_;  // sorted by key
  SectionSelection resource_;
};

/// The optional attributes of the `traces` section.
std::span<const KnownAttribute> known_trace_attributes();

}  // namespace obi::metrics
