// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/text_format.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <limits>
#include <sstream>

#include "base/utf8.hpp"

namespace obi::exporting {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::vector<ClientMetric::Label> to_labels(const model::Attributes& attributes) {
  std::vector<ClientMetric::Label> labels;
  for (const auto& [name, value] : attributes) {
    const auto* number = std::get_if<std::int64_t>(&value);
    labels.push_back({label_name(name),
                      number != nullptr ? std::to_string(*number) : std::get<std::string>(value)});
  }
  // Two attributes may come to the same label name, which a series can't have twice.
  std::ranges::stable_sort(labels, {}, &ClientMetric::Label::name);
  const auto repeated = std::ranges::unique(labels, {}, &ClientMetric::Label::name);
  labels.erase(repeated.begin(), repeated.end());
  return labels;
}

ClientMetric::Histogram to_histogram(const model::ExplicitHistogram& value,
                                     const std::vector<double>& bounds) {
  ClientMetric::Histogram histogram;
  histogram.sample_count = value.count;
  histogram.sample_sum = value.sum;
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < value.bucket_counts.size(); ++i) {
    cumulative += value.bucket_counts[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({cumulative, bound});
  }
  return histogram;
}

MetricType to_type(model::MetricType type) {
  switch (type) {
    case model::MetricType::kCounter: return MetricType::Counter;
    case model::MetricType::kHistogram:
    case model::MetricType::kExponentialHistogram: return MetricType::Histogram;
    case model::MetricType::kGauge:
    case model::MetricType::kUpDownCounter: break;
  }
  return MetricType::Gauge;
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

/// The serializer writes HELP as it is; the format wants these two escaped.
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

}  // namespace

std::string label_name(std::string_view attribute) {
  std::string name(attribute);
  for (char& c : name) {
    if (!is_alphanumeric(c)) c = '_';
  }
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) name.insert(name.begin(), '_');
  return name;
}

prometheus::MetricFamily to_family(const model::Metric& metric) {
  prometheus::MetricFamily family{.name = metric.prometheus_name,
                                  .help = escaped_help(metric.description),
                                  .type = to_type(metric.type)};
  for (const auto& point : metric.points) {
    ClientMetric series;
    series.label = to_labels(point.attributes);
    if (const auto* number = std::get_if<double>(&point.value)) {
      set_value(series, family.type, *number);
    } else if (const auto* histogram = std::get_if<model::ExplicitHistogram>(&point.value)) {
      series.histogram = to_histogram(*histogram, metric.bounds);
    } else {
      continue;
    }
    family.metric.push_back(std::move(series));
  }
  sort_and_deduplicate(family.metric);
  return family;
}

FamilyBuilder::FamilyBuilder(std::string name, std::string help, MetricType type)
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
