// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/text_format.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <sstream>

#include "base/utf8.hpp"

namespace obi::exporting {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void set_value(ClientMetric& series, MetricType type, double value) {
  if (type == MetricType::Counter) {
    series.counter.value = value;
  } else {
    series.gauge.value = value;
  }
}

void sort_and_deduplicate(std::vector<ClientMetric>& series) {
  std::ranges::stable_sort(series, {}, &ClientMetric::label);
  const auto repeated = std::ranges::unique(series, {}, &ClientMetric::label);
  series.erase(repeated.begin(), repeated.end());
}

}  // namespace

std::string label_name(std::string_view attribute) {
  std::string name(attribute);
  for (char& c : name) {
    if (!is_alphanumeric(c)) c = '_';
  }
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(name.begin(), '_');
  return name;
}

std::string escaped_help(std::string_view help) {
  std::string text;
  for (const char c : help) {
    if (c == '\\') {
      text += "\\\\";
    } else if (c == '\n') {
      text += "\\n";
    } else {
      text += c;
    }
  }
  return text;
}

FamilyBuilder::FamilyBuilder(std::string name, std::string_view help, MetricType type)
    : family_{.name = std::move(name), .help = escaped_help(help), .type = type} {}

FamilyBuilder& FamilyBuilder::add(const Labels& labels, double value) {
  auto& series = family_.metric.emplace_back();
  for (const auto& [name, text] : labels)
    series.label.push_back({name, base::without_invalid_utf8(text)});
  set_value(series, family_.type, value);
  return *this;
}

prometheus::MetricFamily FamilyBuilder::build() && {
  sort_and_deduplicate(family_.metric);
  return std::move(family_);
}

std::string to_text(std::vector<prometheus::MetricFamily> families) {
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  std::ranges::stable_sort(families, {}, &prometheus::MetricFamily::name);
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return std::move(text).str();
}

}  // namespace obi::exporting
