// SPDX-License-Identifier: Apache-2.0
// Counters, up-down counters and gauges by themselves, and as the aggregator has them: its series
// are those of histograms, with the same limits.
#include "metrics/instrument.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "metrics/aggregator.hpp"
#include "metrics/collection.hpp"
#include "metrics/source_fixture.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {
namespace {

using model::EventType;
using model::MetricType;

model::MetricPoint::Value value_of(const Instrument& instrument) {
  model::MetricPoint point;
  instrument.write_value(point);
  return point.value;
}

TEST(Counter, OnlyGrows) {
  Instrument counter({.type = MetricType::kCounter, .integer = true});
  for (const double value : {2.0, 3.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    counter.add(value);
  EXPECT_EQ(std::get<std::int64_t>(value_of(counter)), 5);
}

TEST(UpDownCounter, KeepsAFractionAndASign) {
  Instrument counter({.type = MetricType::kUpDownCounter});
  counter.add(1);
  counter.add(-2.25);
  EXPECT_DOUBLE_EQ(std::get<double>(value_of(counter)), -1.25);
}

TEST(Gauge, HasTheLastValue) {
  Instrument gauge({.type = MetricType::kGauge});
  Instrument other({.type = MetricType::kGauge});
  other.add(7);
  gauge.merge(other);
  EXPECT_DOUBLE_EQ(std::get<double>(value_of(gauge)), 7) << "it had none";
  gauge.add(3);
  gauge.add(4);
  gauge.merge(other);
  EXPECT_DOUBLE_EQ(std::get<double>(value_of(gauge)), 4);
}

TEST(Period, EndsForWhatCountsAndNotForStates) {
  for (const auto type : {MetricType::kCounter, MetricType::kUpDownCounter, MetricType::kGauge}) {
    Instrument instrument({.type = type});
    Instrument earlier({.type = type});
    instrument.add(3);
    instrument.end_period(&earlier);
    const bool counts = type == MetricType::kCounter;
    EXPECT_DOUBLE_EQ(std::get<double>(value_of(instrument)), counts ? 0 : 3);
    EXPECT_DOUBLE_EQ(std::get<double>(value_of(earlier)), counts ? 3 : 0);
  }
}

constexpr std::array<const AttributeGroup*, 0> kNoGroups = {};
constexpr MetricInfo metric(std::string_view name, MetricType type, Measure measure,
                            bool integer = false) {
  return {.name = name,
          .prometheus_name = name,
          .description = "Of a test.",
          .type = type,
          .measure = measure,
          .recorded_for = {EventType::kHttpServer},
          .groups = kNoGroups,
          .integer = integer};
}
constexpr std::array kEachInstrument = {
    metric("bytes", MetricType::kCounter, Measure::kResponseBytes, true),
    metric("seconds", MetricType::kUpDownCounter, Measure::kDuration),
    metric("last", MetricType::kGauge, Measure::kResponseBytes),
    metric("durations", MetricType::kHistogram, Measure::kDuration)};

Instant at(std::uint64_t seconds) {
  return {seconds * kSecond_ns, (seconds + 1'700'000'000) * kSecond_ns};
}

/// The numbers by name; of a histogram its count. What is not read is not in it.
std::map<std::string, double> read(Aggregator& aggregator, Dialect view, Instant now) {
  std::map<std::string, double> values;
  auto collection = aggregator.collect(view, now);
  for (const auto& entry : collection.next(100, now)) {
    for (const auto& read : entry.metrics) {
      for (const auto& point : read.points) {
        double& value = values[read.name];
        if (const auto* number = std::get_if<double>(&point.value)) value += *number;
        if (const auto* number = std::get_if<std::int64_t>(&point.value))
          value += static_cast<double>(*number);
        if (const auto* histogram = std::get_if<model::ExplicitHistogram>(&point.value))
          value += static_cast<double>(histogram->count);
      }
    }
  }
  return values;
}

using Values = std::map<std::string, double>;

TEST(InstrumentsOfSpans, AreReadCumulative) {
  Aggregator aggregator({.metrics = kEachInstrument}, at(0));
  const auto service = test_service("users");
  aggregator.record(server_span(service), at(1));
  aggregator.record(server_span(service), at(2));
  const Values expected = {{"bytes", 240}, {"seconds", 0.06}, {"last", 120}, {"durations", 2}};
  EXPECT_EQ(read(aggregator, Dialect::kOtlp, at(3)), expected);
  EXPECT_EQ(read(aggregator, Dialect::kOtlp, at(4)), expected);
}

TEST(InstrumentsOfSpans, OfADeltaOnlyUpDownCountersStay) {
  Aggregator aggregator(
      {.serves_page = true, .temporality = Temporality::kDelta, .metrics = kEachInstrument}, at(0));
  const auto service = test_service("users");
  aggregator.record(server_span(service), at(1));
  EXPECT_EQ(read(aggregator, Dialect::kOtlp, at(2)),
            (Values{{"bytes", 120}, {"seconds", 0.03}, {"last", 120}, {"durations", 1}}));
  EXPECT_EQ(read(aggregator, Dialect::kOtlp, at(3)), (Values{{"seconds", 0.03}}));
  aggregator.record(server_span(service), at(4));
  EXPECT_EQ(read(aggregator, Dialect::kOtlp, at(5)),
            (Values{{"bytes", 120}, {"seconds", 0.06}, {"last", 120}, {"durations", 1}}));
  EXPECT_EQ(read(aggregator, Dialect::kPrometheus, at(6)),
            (Values{{"bytes", 240}, {"seconds", 0.06}, {"last", 120}, {"durations", 2}}));
}

TEST(InstrumentsOfSpans, ExpireAndGiveTheirMemoryBack) {
  model::MemoryAccount memory;
  Aggregator aggregator(
      {.ttl = std::chrono::seconds(10), .metrics = kEachInstrument, .memory = &memory}, at(0));
  aggregator.record(server_span(test_service("users")), at(1));
  EXPECT_GT(memory.held(model::MemoryHolder::Series), 4 * sizeof(Instrument));
  aggregator.expire(at(20));
  EXPECT_EQ(memory.held(model::MemoryHolder::Series), 0U);
  EXPECT_EQ(read(aggregator, Dialect::kOtlp, at(21)), Values{});
}

TEST(InstrumentsOfSpans, KeepTheirSumsBeyondTheLimit) {
  Aggregator aggregator({.metrics = kEachInstrument, .cardinality_limit = 2}, at(0));
  for (std::uint32_t pid = 1; pid <= 5; ++pid)
    aggregator.record(server_span(test_service("users", pid)), at(1));
  const Values values = read(aggregator, Dialect::kOtlp, at(2));
  EXPECT_DOUBLE_EQ(values.at("bytes"), 5 * 120);
  EXPECT_DOUBLE_EQ(values.at("durations"), 5);
}

TEST(MetricSources, HaveDistinctNames) {
  MetricSources sources;
  EXPECT_TRUE(sources.add(std::make_shared<Aggregator>(AggregatorOptions{}, at(0))));
  EXPECT_TRUE(sources.add(std::make_shared<FourInstruments>()));
  EXPECT_FALSE(sources.add(std::make_shared<FourInstruments>()));
  EXPECT_EQ(sources.all().size(), 2U);
}

}  // namespace
}  // namespace obi::metrics
