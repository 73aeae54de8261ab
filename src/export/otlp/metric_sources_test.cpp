// SPDX-License-Identifier: Apache-2.0
// A source that is no aggregator of spans, in OTLP: read back without the code that wrote it.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "export/otlp/encode/decoded_span.hpp"
#include "export/otlp/encode/metric_encoder.hpp"
#include "export/otlp/metrics_exporter.hpp"
#include "metrics/source_fixture.hpp"

namespace obi::exporting::otlp {
namespace {

using protozero::pbf_reader;

// opentelemetry-proto: fields of Metric, Sum and NumberDataPoint.
constexpr int kGauge = 5;
constexpr int kSum = 7;
constexpr int kHistogram = 9;

struct DecodedMetric {
  int kind = 0;
  int temporality = 0;
  bool is_monotonic = false;
  bool is_integer = false;
  double value = 0;
  std::map<std::string, std::string> attributes;
};

void decode_point(pbf_reader point, DecodedMetric& metric) {
  metric.attributes = attributes_of(point, metric.kind == kHistogram ? 9 : 7);
  while (point.next()) {
    if (metric.kind == kHistogram && point.tag() == 4) {
      metric.value = static_cast<double>(point.get_fixed64());
    } else if (metric.kind != kHistogram && point.tag() == 4) {
      metric.value = point.get_double();
    } else if (metric.kind != kHistogram && point.tag() == 6) {
      metric.is_integer = true;
      metric.value = static_cast<double>(point.get_sfixed64());
    } else {
      point.skip();
    }
  }
}

DecodedMetric decode_data(pbf_reader data, int kind) {
  DecodedMetric metric{.kind = kind};
  while (data.next()) {
    switch (data.tag()) {
      case 1: decode_point(data.get_message(), metric); break;
      case 2: metric.temporality = data.get_enum(); break;
      case 3: metric.is_monotonic = data.get_bool(); break;
      default: data.skip();
    }
  }
  return metric;
}

std::map<std::string, DecodedMetric> decode(const std::string& request) {
  std::map<std::string, DecodedMetric> metrics;
  pbf_reader scope = sub(sub(pbf_reader(request), 1), 2);
  while (scope.next(2)) {
    pbf_reader one = scope.get_message();
    std::string name;
    while (one.next()) {
      if (one.tag() == 1) {
        name = one.get_string();
      } else if (one.tag() >= kGauge) {
        const int kind = static_cast<int>(one.tag());
        metrics[name] = decode_data(one.get_message(), kind);
      } else {
        one.skip();
      }
    }
  }
  return metrics;
}

std::map<std::string, DecodedMetric> encoded_and_decoded_source(bool delta) {
  metrics::MetricSources sources;
  EXPECT_TRUE(sources.add(std::make_shared<metrics::FourInstruments>()));
  const auto now = metrics::Instant::now();
  const auto reading = sources.read(metrics::Dialect::kOtlp, now);
  const std::string request =
      encode_metrics(reading->next(1000, now), {.delta = delta, .selection = {}, .resource = {}});
  EXPECT_TRUE(reading->next(1000, now).empty());
  return decode(request);
}

TEST(OtlpOfSources, HasEachInstrumentAsItsOwnKind) {
  const auto metrics = encoded_and_decoded_source(false);
  ASSERT_EQ(metrics.size(), 4U);
  const auto& jobs = metrics.at("jobs.done");
  EXPECT_EQ(jobs.kind, kSum);
  EXPECT_TRUE(jobs.is_monotonic);
  EXPECT_TRUE(jobs.is_integer);
  EXPECT_EQ(jobs.value, 3);
  EXPECT_EQ(jobs.attributes.at("queue"), "high");
  const auto& load = metrics.at("queue.load");
  EXPECT_EQ(load.kind, kSum);
  EXPECT_FALSE(load.is_monotonic);
  EXPECT_FALSE(load.is_integer) << "a fraction is kept";
  EXPECT_EQ(load.value, -1.5);
  EXPECT_EQ(metrics.at("room.temperature").kind, kGauge);
  EXPECT_EQ(metrics.at("room.temperature").value, 21.5);
  EXPECT_EQ(metrics.at("queue.wait").kind, kHistogram);
  EXPECT_EQ(metrics.at("queue.wait").value, 2);
}

TEST(OtlpOfSources, AStateIsCumulativeWhateverThePreference) {
  constexpr int kDelta = 1;
  constexpr int kCumulative = 2;
  const auto metrics = encoded_and_decoded_source(true);
  EXPECT_EQ(metrics.at("jobs.done").temporality, kDelta);
  EXPECT_EQ(metrics.at("queue.wait").temporality, kDelta);
  EXPECT_EQ(metrics.at("queue.load").temporality, kCumulative);
  EXPECT_EQ(metrics.at("room.temperature").temporality, 0);
}

TEST(OtlpOfSources, AreReadByTheExporterAndCountNoSpans) {
  OtlpMetricsOptions options;
  options.target.url = "http://127.0.0.1:1/v1/metrics";
  OtlpMetricsExporter exporter(std::move(options), {});
  ASSERT_TRUE(exporter.add_source(std::make_shared<metrics::FourInstruments>()));
  EXPECT_FALSE(exporter.add_source(std::make_shared<metrics::FourInstruments>()));
  exporter.shutdown(std::chrono::steady_clock::now());
  EXPECT_GT(exporter.sender_counts().dropped, 0U) << "requests were made, and have no receiver";
  EXPECT_EQ(exporter.counts().consumed, 0U);
  EXPECT_EQ(exporter.counts().held(), 0U);
}

}  // namespace
}  // namespace obi::exporting::otlp
