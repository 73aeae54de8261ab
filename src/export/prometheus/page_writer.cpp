// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/page_writer.hpp"

#include <absl/hash/hash.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "export/prometheus/text_format.hpp"

namespace obi::exporting {
namespace {

std::string_view type_of(model::MetricType type) {
  switch (type) {
    case model::MetricType::kCounter: return "counter";
    case model::MetricType::kHistogram:
    case model::MetricType::kExponentialHistogram: return "histogram";
    case model::MetricType::kGauge:
    case model::MetricType::kUpDownCounter: break;
  }
  return "gauge";
}

void add_escaped(std::string& text, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\\': text += "\\\\"; break;
      case '\n': text += "\\n"; break;
      case '"': text += "\\\""; break;
      default: text += c;
    }
  }
}

void add_number(std::string& text, double value) {
  if (std::isnan(value)) {
    text += "NaN";
  } else if (std::isinf(value)) {
    text += value < 0 ? "-Inf" : "+Inf";
  } else {
    fmt::format_to(std::back_inserter(text), "{}", value);
  }
}

void add_integer(std::string& text, std::int64_t value) {
  fmt::format_to(std::back_inserter(text), "{}", value);
}

// Of a counter with the suffix that Prometheus's conventions ask for.
std::string name_of(const model::Metric& metric) {
  constexpr std::string_view kTotal = "_total";
  const std::string& name = metric.prometheus_name;
  const bool lacks_it = metric.type == model::MetricType::kCounter && !name.ends_with(kTotal);
  return lacks_it ? name + std::string(kTotal) : name;
}

void begin_line(std::string& page, std::string_view name, std::string_view suffix,
                std::string_view labels) {
  page += name;
  page += suffix;
  if (!labels.empty()) {
    page += '{';
    page += labels;
    page += '}';
  }
  page += ' ';
}

void add_count(std::string& page, std::uint64_t count) {
  fmt::format_to(std::back_inserter(page), "{}\n", count);
}

}  // namespace

void PageWriter::add(const model::Metric& metric, std::string& page) {
  const std::string name = name_of(metric);
  const bool is_new = family_ != name;
  if (is_new) {
    family_ = name;
    series_.clear();
  }
  bool needs_head = is_new;
  for (const auto& point : metric.points) {
    if (std::holds_alternative<model::ExponentialHistogram>(point.value)) continue;
    if (!set_labels(point.attributes)) continue;
    if (std::exchange(needs_head, false)) {
      fmt::format_to(std::back_inserter(page), "# HELP {0} {1}\n# TYPE {0} {2}\n", family_,
                     escaped_help(metric.description), type_of(metric.type));
    }
    if (const auto* histogram = std::get_if<model::ExplicitHistogram>(&point.value)) {
      add_histogram(metric, *histogram, page);
    } else {
      begin_line(page, family_, "", labels_);
      const auto* const integer = std::get_if<std::int64_t>(&point.value);
      integer != nullptr ? add_integer(page, *integer)
                         : add_number(page, std::get<double>(point.value));
      page += '\n';
    }
  }
  if (needs_head) family_.clear();
}

bool PageWriter::set_labels(const model::Attributes& attributes) {
  std::vector<std::pair<std::string, const model::AttributeValue*>> labels;
  labels.reserve(attributes.size());
  for (const auto& [name, value] : attributes) labels.emplace_back(label_name(name), &value);
  // Two attributes may come to the same label name, which a series can't have twice.
  const auto by_name = [](const auto& left, const auto& right) { return left.first < right.first; };
  if (!std::ranges::is_sorted(labels, by_name)) std::ranges::stable_sort(labels, by_name);
  labels_.clear();
  std::string_view last;
  for (const auto& [name, value] : labels) {
    if (!labels_.empty() && name == last) continue;
    last = name;
    if (!labels_.empty()) labels_ += ',';
    labels_ += name;
    labels_ += "=\"";
    if (const auto* number = std::get_if<std::int64_t>(value)) {
      fmt::format_to(std::back_inserter(labels_), "{}", *number);
    } else {
      add_escaped(labels_, std::get<std::string>(*value));
    }
    labels_ += '"';
  }
  return series_.insert(absl::Hash<std::string_view>()(labels_)).second;
}

void PageWriter::add_histogram(const model::Metric& metric,
                               const model::ExplicitHistogram& histogram, std::string& page) const {
  begin_line(page, family_, "_count", labels_);
  add_count(page, histogram.count);
  begin_line(page, family_, "_sum", labels_);
  add_number(page, histogram.sum);
  page += '\n';
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.bucket_counts.size(); ++i) {
    cumulative += histogram.bucket_counts[i];
    page += family_;
    page += "_bucket{";
    page += labels_;
    page += labels_.empty() ? "le=\"" : ",le=\"";
    i < metric.bounds.size() ? add_number(page, metric.bounds[i]) : void(page += "+Inf");
    page += "\"} ";
    add_count(page, cumulative);
  }
}

}  // namespace obi::exporting
