// SPDX-License-Identifier: Apache-2.0
// A source that is no aggregator of spans, on the page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "export/prometheus/prometheus_exporter.hpp"
#include "export/prometheus/promtool.hpp"
#include "metrics/source_fixture.hpp"

namespace obi::exporting {
namespace {

using testing::HasSubstr;

TEST(PageOfSources, HasEachInstrumentAsPrometheusCallsIt) {
  PrometheusExporter exporter({.build_info = std::nullopt});
  ASSERT_TRUE(exporter.add_source(std::make_shared<metrics::FourInstruments>()));
  EXPECT_FALSE(exporter.add_source(std::make_shared<metrics::FourInstruments>()));
  exporter.on_service_added(metrics::test_service("users"));
  const HttpPage page = exporter.page();
  std::string text = page.body;
  while (page.more(text)) {
  }
  EXPECT_THAT(text,
              HasSubstr("# TYPE jobs_done_total counter\njobs_done_total{queue=\"high\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE queue_load gauge\nqueue_load{queue=\"high\"} -1.5\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE room_temperature_celsius gauge\n"
                              "room_temperature_celsius{queue=\"high\"} 21.5\n"));
  EXPECT_THAT(text, HasSubstr("queue_wait_seconds_count{queue=\"high\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("queue_wait_seconds_bucket{queue=\"high\",le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE target_info gauge\n")) << "the spans' own source";
  if (!has_promtool()) GTEST_SKIP() << "without promtool";
  EXPECT_EQ(complaints_of_promtool(text), "");
}

}  // namespace
}  // namespace obi::exporting
