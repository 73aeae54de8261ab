// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/encode/metric_encoder.hpp"

#include <protozero/pbf_writer.hpp>

#include "export/otlp/encode/fields.hpp"

namespace obi::exporting::otlp {
namespace {

using protozero::pbf_writer;

// Metric
constexpr int kMetricName = 1;
constexpr int kDescription = 2;
constexpr int kUnit = 3;
constexpr int kGauge = 5;
constexpr int kSum = 7;
constexpr int kHistogram = 9;
constexpr int kExponentialHistogram = 10;
// Gauge, Sum, Histogram, ExponentialHistogram
constexpr int kDataPoints = 1;
constexpr int kTemporality = 2;
constexpr int kMonotonic = 3;
constexpr std::int32_t kDelta = 1;
constexpr std::int32_t kCumulative = 2;
// every data point
constexpr int kPointStart = 2;
constexpr int kPointTime = 3;

void add_exemplars(pbf_writer& point, int field, const std::vector<model::Exemplar>& exemplars) {
  for (const model::Exemplar& exemplar : exemplars) {
    pbf_writer out(point, static_cast<protozero::pbf_tag_type>(field));
    out.add_fixed64(2, exemplar.unix_ns);
    out.add_double(3, exemplar.value);
    out.add_bytes(4, reinterpret_cast<const char*>(exemplar.span_id.bytes.data()),
                  exemplar.span_id.bytes.size());
    out.add_bytes(5, reinterpret_cast<const char*>(exemplar.trace_id.bytes.data()),
                  exemplar.trace_id.bytes.size());
  }
}

void add_point(pbf_writer& parent, const model::MetricPoint& point,
               std::variant<double, std::int64_t> value) {
  pbf_writer out(parent, kDataPoints);
  out.add_fixed64(kPointStart, point.start_unix_ns);
  out.add_fixed64(kPointTime, point.unix_ns);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    out.add_sfixed64(6, *integer);
  } else {
    out.add_double(4, std::get<double>(value));
  }
  add_exemplars(out, 5, point.exemplars);
  add_attributes(out, 7, point.attributes);
}

void add_point(pbf_writer& parent, const model::MetricPoint& point,
               const model::ExplicitHistogram& histogram, const std::vector<double>& bounds) {
  pbf_writer out(parent, kDataPoints);
  out.add_fixed64(kPointStart, point.start_unix_ns);
  out.add_fixed64(kPointTime, point.unix_ns);
  out.add_fixed64(4, histogram.count);
  out.add_double(5, histogram.sum);
  out.add_packed_fixed64(6, histogram.bucket_counts.begin(), histogram.bucket_counts.end());
  out.add_packed_double(7, bounds.begin(), bounds.end());
  add_exemplars(out, 8, point.exemplars);
  add_attributes(out, 9, point.attributes);
  out.add_double(11, histogram.min);
  out.add_double(12, histogram.max);
}

void add_point(pbf_writer& parent, const model::MetricPoint& point,
               const model::ExponentialHistogram& histogram) {
  pbf_writer out(parent, kDataPoints);
  add_attributes(out, 1, point.attributes);
  out.add_fixed64(kPointStart, point.start_unix_ns);
  out.add_fixed64(kPointTime, point.unix_ns);
  out.add_fixed64(4, histogram.count);
  out.add_double(5, histogram.sum);
  out.add_sint32(6, histogram.scale);
  out.add_fixed64(7, histogram.zero_count);
  {
    pbf_writer positive(out, 8);
    positive.add_sint32(1, histogram.positive_offset);
    positive.add_packed_uint64(2, histogram.positive_counts.begin(),
                               histogram.positive_counts.end());
  }
  add_exemplars(out, 11, point.exemplars);
  out.add_double(12, histogram.min);
  out.add_double(13, histogram.max);
}

int data_field(model::MetricType type) {
  switch (type) {
    case model::MetricType::kGauge: return kGauge;
    case model::MetricType::kCounter:
    case model::MetricType::kUpDownCounter: return kSum;
    case model::MetricType::kHistogram: return kHistogram;
    case model::MetricType::kExponentialHistogram: return kExponentialHistogram;
  }
  return kGauge;
}

void add_metric(pbf_writer& scope, const model::Metric& metric, bool delta) {
  pbf_writer out(scope, kItems);
  out.add_string(kMetricName, metric.name);
  out.add_string(kDescription, metric.description);
  out.add_string(kUnit, metric.unit);
  pbf_writer data(out, static_cast<protozero::pbf_tag_type>(data_field(metric.type)));
  for (const model::MetricPoint& point : metric.points) {
    if (const auto* number = std::get_if<double>(&point.value)) {
      add_point(data, point, *number);
    } else if (const auto* integer = std::get_if<std::int64_t>(&point.value)) {
      add_point(data, point, *integer);
    } else if (const auto* histogram = std::get_if<model::ExplicitHistogram>(&point.value)) {
      add_point(data, point, *histogram, metric.bounds);
    } else {
      add_point(data, point, std::get<model::ExponentialHistogram>(point.value));
    }
  }
  if (metric.type == model::MetricType::kGauge) return;
  // An up-down counter is a state: OpenTelemetry keeps it cumulative whatever the preference.
  const bool as_delta = delta && metric.type != model::MetricType::kUpDownCounter;
  data.add_enum(kTemporality, as_delta ? kDelta : kCumulative);
  if (metric.type == model::MetricType::kCounter) data.add_bool(kMonotonic, true);
}

}  // namespace

std::string encode_metrics(const std::vector<model::ServiceMetrics>& services,
                           const MetricEncoderOptions& options, std::string buffer) {
  pbf_writer request(buffer);
  for (const model::ServiceMetrics& service : services) {
    if (service.metrics.empty()) continue;
    pbf_writer resource_metrics(request, kResourceItems);
    {
      pbf_writer resource(resource_metrics, kResource);
      if (service.service) {
        add_attributes(
            resource, kResourceAttributes,
            metrics::resource_attributes(*service.service, options.resource, options.selection));
      }
    }
    {
      pbf_writer scope_metrics(resource_metrics, kScopeItems);
      {
        pbf_writer scope(scope_metrics, kScope);
        scope.add_string(kScopeName, kScopeText.data(), kScopeText.size());
      }
      for (const model::Metric& metric : service.metrics)
        add_metric(scope_metrics, metric, options.delta);
    }
    if (service.service) resource_metrics.add_string(kSchemaUrl, kSchema.data(), kSchema.size());
  }
  return buffer;
}

}  // namespace obi::exporting::otlp
