// SPDX-License-Identifier: Apache-2.0
// A metric source that is no aggregator of spans, with one series of each instrument; for tests.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "metrics/instrument.hpp"
#include "metrics/metric_source.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {

/// Of service `shop`: 3 jobs done, a load of -1.5, a temperature of 21.5, waits of 0.5 and 4.
class FourInstruments final : public MetricSource {
 public:
  FourInstruments() {
    jobs_.add(1);
    jobs_.add(2);
    load_.add(1);
    load_.add(-2.5);
    temperature_.add(99);
    temperature_.add(21.5);
    waits_.add(0.5);
    waits_.add(4);
  }
  [[nodiscard]] std::vector<MetricName> describe() const override {
    return {{"jobs.done", "jobs_done"},
            {"queue.load", "queue_load"},
            {"room.temperature", "room_temperature_celsius"},
            {"queue.wait", "queue_wait_seconds"}};
  }
  std::unique_ptr<MetricReading> read(Dialect, Instant) override {
    return std::make_unique<Reading>(*this);
  }

 private:
  class Reading final : public MetricReading {
   public:
    explicit Reading(const FourInstruments& of) : of_(of) {}
    std::vector<model::ServiceMetrics> next(std::size_t, Instant now) override {
      if (std::exchange(is_done_, true)) return {};
      const auto names = of_.describe();
      const std::array instruments = {&of_.jobs_, &of_.load_, &of_.temperature_, &of_.waits_};
      constexpr std::array kTypes = {model::MetricType::kCounter, model::MetricType::kUpDownCounter,
                                     model::MetricType::kGauge, model::MetricType::kHistogram};
      model::ServiceMetrics entry{.service = test_service("shop"), .metrics = {}};
      for (std::size_t i = 0; i < names.size(); ++i) {
        model::Metric& metric = entry.metrics.emplace_back();
        metric.name = names[i].name;
        metric.prometheus_name = names[i].prometheus_name;
        metric.description = "Of a test.";
        metric.type = kTypes[i];
        if (metric.type == model::MetricType::kHistogram) metric.bounds = {1};
        model::MetricPoint& point = metric.points.emplace_back();
        point.attributes = {{"queue", "high"}};
        point.unix_ns = now.unix_ns;
        instruments[i]->write_value(point);
      }
      return {entry};
    }

   private:
    const FourInstruments& of_;
    bool is_done_ = false;
  };

  static constexpr std::array kBounds = {1.0};
  Instrument jobs_{{.type = model::MetricType::kCounter, .integer = true}};
  Instrument load_{{.type = model::MetricType::kUpDownCounter}};
  Instrument temperature_{{.type = model::MetricType::kGauge}};
  Instrument waits_{{.histogram = {.bounds = kBounds}}};
};

}  // namespace obi::metrics
