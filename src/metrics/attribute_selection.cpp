// SPDX-License-Identifier: Apache-2.0
#include "metrics/attribute_selection.hpp"

#include <algorithm>
#include <array>

#include "metrics/glob.hpp"
#include "model/attributes.hpp"

namespace obi::metrics {
namespace {

constexpr std::string_view kResourceSection = "resource";
constexpr std::string_view kTracesSection = "traces";

constexpr auto kTraceAttributes = [] {
  std::array<KnownAttribute, model::kTraceOptions.size()> known;
  std::ranges::transform(model::kTraceOptions, known.begin(), [](const model::AttributeRow* row) {
    return KnownAttribute{.name = row->name,
                          .on_by_default = row->option == model::TraceOption::kOnByDefault,
                          .exact_name_only = row->option == model::TraceOption::kByExactName};
  });
  return known;
}();

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(patterns,
                             [&](const auto& pattern) { return glob_matches(pattern, name); });
}

bool includes(const SectionSelection& selection, const KnownAttribute& attribute) {
  if (!attribute.exact_name_only) return matches_any(selection.include, attribute.name);
  return std::ranges::any_of(
      selection.include, [&](const auto& pattern) { return same_name(pattern, attribute.name); });
}

void strip_one_suffix(std::string& text, std::span<const std::string_view> suffixes) {
  for (const auto suffix : suffixes) {
    if (!text.ends_with(suffix)) continue;
    text.resize(text.size() - suffix.size());
    return;
  }
}

}  // namespace

AttributeSelection::AttributeSelection(const Sections& sections) {
  for (const auto& [key, selection] : sections) {
    if (key == kResourceSection) {
      resource_ = selection;
    } else {
      sections_.push_back({normalise_key(key), selection});
    }
  }
  std::ranges::stable_sort(sections_, {}, &Section::key);
}

std::string AttributeSelection::normalise_key(std::string_view key) {
  static constexpr std::array<std::string_view, 5> kKinds = {".ratio", ".bucket", ".sum", ".count",
                                                             ".total"};
  static constexpr std::array<std::string_view, 2> kUnits = {".bytes", ".seconds"};
  std::string normal(key);
  std::ranges::replace(normal, '_', '.');
  strip_one_suffix(normal, kKinds);
  strip_one_suffix(normal, kUnits);
  return normal;
}

std::vector<std::string_view> AttributeSelection::select(
    std::string_view section, std::span<const KnownAttribute> known) const {
  std::vector<bool> on(known.size(), false);
  bool is_first = true;
  for (const auto& [key, selection] : sections_) {
    if (!glob_matches(key, section)) continue;
    const bool from_defaults = is_first && selection.include.empty();
    is_first = false;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (from_defaults ? known[i].on_by_default : includes(selection, known[i])) on[i] = true;
      if (matches_any(selection.exclude, known[i].name)) on[i] = false;
    }
  }
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (is_first ? known[i].on_by_default : on[i]) names.push_back(known[i].name);
  }
  std::ranges::sort(names);
  const auto repeated = std::ranges::unique(names);
  names.erase(repeated.begin(), repeated.end());
  return names;
}

std::vector<std::string_view> AttributeSelection::trace_attributes() const {
  return select(kTracesSection, kTraceAttributes);
}

bool AttributeSelection::keeps_resource_attribute(std::string_view name) const {
  if (matches_any(resource_.exclude, name)) return false;
  const auto& include = resource_.include;
  if (include.empty() || std::ranges::find(include, "*") != include.end()) return true;
  return matches_any(include, name);
}

std::span<const KnownAttribute> known_trace_attributes() { return kTraceAttributes; }

}  // namespace obi::metrics
