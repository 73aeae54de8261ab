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
#include "metrics/metric_source.hpp"
#include "metrics/series_table.hpp"

namespace obi::metrics {

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
  bool has_up_down_counters = false;
  /// One instrument per metric, or none: what was recorded in series that were evicted before the
  /// view had collected it. Joins the view's overflow series of all services.
  std::array<std::vector<Instrument>, kDialects> folded;
};

}  // namespace obi::metrics
