// SPDX-License-Identifier: Apache-2.0
// Metrics that are recorded for the same spans and carry the same attributes, with their series.
// What a view reads of them: the attributes of its world, and its part of what found no room.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "metrics/attribute_reader.hpp"
#include "metrics/catalogue.hpp"
#include "metrics/series_table.hpp"

namespace obi::metrics {

/// Who reads the series, and where their metrics differ.
enum class Dialect : std::uint8_t {
  /// Series are grouped by service; an attribute without value is left out; target.info has the
  /// resource attributes.
  kOtlp,
  /// One set of series for all services, distinguished by labels (`instance` and `job` join in);
  /// every series of a metric has the same labels, "" standing for none; target.info has
  /// Prometheus's fixed label set.
  kPrometheus,
};
inline constexpr std::size_t kDialects = 2;

constexpr std::size_t index_of(Dialect view) { return static_cast<std::size_t>(view); }
constexpr std::uint8_t bit_of(Dialect view) {
  return static_cast<std::uint8_t>(1U << index_of(view));
}

struct Shape {
  model::EventTypeSet types;
  std::string_view method;  ///< as in MetricInfo
  std::vector<AttributeReader> attributes;
  std::vector<AttributeReader> of_span;  ///< those of them that each span brings
  /// What the second view reads, if there is one: the same of spans, and its own of services.
  std::vector<AttributeReader> page_attributes;
  std::vector<const MetricInfo*> metrics;
  /// Series are kept apart by service. Not so where no label of a page distinguishes services.
  bool by_service = true;
  SeriesTable series;
  /// One histogram per metric, or none: what was recorded in series that were evicted before the
  /// view had collected it. Joins the view's overflow series of all services.
  std::array<std::vector<Histogram>, kDialects> folded;
};

}  // namespace obi::metrics
