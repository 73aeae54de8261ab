// SPDX-License-Identifier: Apache-2.0
// Aggregated metrics as the exporters read them: a snapshot by value, the same for OTLP and
// Prometheus.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "model/service.hpp"
#include "model/trace_id.hpp"

namespace obi::model {

using AttributeValue = std::variant<std::string, std::int64_t>;
/// OpenTelemetry names ("http.request.method"), sorted by name.
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

enum class MetricType : std::uint8_t {
  kCounter,
  kGauge,
  kUpDownCounter,
  kHistogram,
  kExponentialHistogram
};

struct Exemplar {
  TraceId trace_id;
  SpanId span_id;
  double value = 0;
  std::uint64_t unix_ns = 0;
};

struct ExplicitHistogram {
  std::vector<std::uint64_t>
      bucket_counts;  ///< bounds + 1 of them; the last one is above every bound
  std::uint64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
};

/// OpenTelemetry data model, "ExponentialHistogram": base = 2^(2^-scale).
struct ExponentialHistogram {
  std::int32_t scale = 0;
  std::uint64_t zero_count = 0;
  std::int32_t positive_offset = 0;
  std::vector<std::uint64_t> positive_counts;
  std::uint64_t count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
};

struct MetricPoint {
  /// A number is that of a counter, an up-down counter or a gauge.
  using Value = std::variant<double, std::int64_t, ExplicitHistogram, ExponentialHistogram>;

  Attributes attributes;
  Value value;
  std::uint64_t start_unix_ns = 0;  ///< when the series began
  std::uint64_t unix_ns = 0;        ///< when the snapshot was taken
  std::vector<Exemplar> exemplars;
};

struct Metric {
  std::string name;             ///< OpenTelemetry: http.server.request.duration
  std::string prometheus_name;  ///< http_server_request_duration_seconds; without `_total`
  std::string unit;             ///< UCUM: s, By, 1
  std::string description;
  MetricType type = MetricType::kCounter;
  std::vector<double> bounds;  ///< explicit histogram, ascending
  std::vector<MetricPoint> points;
};

/// All metrics of one service; `service` is null for metrics that belong to none (target.info, the
/// agent's own).
struct ServiceMetrics {
  ServiceRef service;
  std::vector<Metric> metrics;
};

}  // namespace obi::model
