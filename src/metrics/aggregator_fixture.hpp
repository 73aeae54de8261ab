// SPDX-License-Identifier: Apache-2.0
// Times, and points of snapshots by name, for the tests of the aggregator.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/aggregator.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {

inline constexpr std::uint64_t kWallOffset_ns = 1'700'000'000 * kSecond_ns;

inline Instant at(std::uint64_t seconds) {
  return {seconds * kSecond_ns, seconds * kSecond_ns + kWallOffset_ns};
}

inline model::AttributeValue text(std::string value) { return value; }
inline model::AttributeValue number(std::int64_t value) { return value; }

using Snapshot = std::vector<model::ServiceMetrics>;

/// Of all services.
inline std::vector<model::MetricPoint> points_of(const Snapshot& snapshot, std::string_view name) {
  std::vector<model::MetricPoint> points;
  for (const auto& service : snapshot) {
    for (const auto& metric : service.metrics) {
      if (metric.name != name) continue;
      points.insert(points.end(), metric.points.begin(), metric.points.end());
    }
  }
  return points;
}

inline const model::ExplicitHistogram& histogram_of(const model::MetricPoint& point) {
  return std::get<model::ExplicitHistogram>(point.value);
}

inline std::uint64_t total_count(const Snapshot& snapshot, std::string_view name) {
  std::uint64_t count = 0;
  for (const auto& point : points_of(snapshot, name)) count += histogram_of(point).count;
  return count;
}

inline constexpr std::string_view kDuration = "http.server.request.duration";

}  // namespace obi::metrics
