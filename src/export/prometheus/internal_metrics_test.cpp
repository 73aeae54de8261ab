// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/internal_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "export/prometheus/process_usage.hpp"
#include "export/prometheus/promtool.hpp"

namespace obi::exporting {
namespace {

using testing::HasSubstr;
using testing::Not;

InternalSources all_sources(const model::Ledger& ledger) {
  using Sources = InternalSources;
  Sources sources;
  sources.build = {.version = "v9", .revision = "abc", .compiler = "g++ 1"};
  sources.ledger = &ledger;
  static model::MemoryAccount memory(1000);
  if (memory.total() == 0) memory.add(model::MemoryHolder::Series, 12);
  sources.memory = &memory;
  sources.kernel_losses = [] {
    return std::vector<Sources::Loss>{{"ring_full", "Records that found no room.", 3}};
  };
  sources.exporters = [] {
    return std::vector<Sources::ExporterState>{
        {"otlp", {.consumed = 10, .exported = 6, .not_wanted = 1, .dropped = 2}}};
  };
  sources.queues = [] {
    return std::vector<Sources::QueueFill>{{"printer", 5, 20}, {"broken", 1, 0}};
  };
  sources.otlp_traces = [] { return Sources::OtlpCounts{7, {{"unavailable", 2}}}; };
  sources.otlp_metrics = [] { return Sources::OtlpCounts{8, {}}; };
  sources.http_requests = [] {
    return std::vector<HttpListener::PathRequests>{{9090, "/metrics", 4}};
  };
  sources.instrumented_processes = [] {
    return std::vector<Sources::ProcessCount>{{"hostile\"\n\xff", 2}};
  };
  sources.tls_unseen = [] { return std::vector<Sources::ProcessCount>{{"nginx", 3}}; };
  sources.instrumentation_errors = [] {
    return std::vector<Sources::InstrumentationError>{{"java", "inspection_failed", 1}};
  };
  sources.series = [] { return std::vector<Sources::SeriesState>{{"prometheus", {12, 34}}}; };
  sources.avoided_services = [] {
    return std::vector<Sources::AvoidedService>{{"users", "shop", "traces", false}};
  };
  return sources;
}

TEST(InternalMetrics, HoldEverySource) {
  model::Ledger ledger;
  ledger.add(model::Reason::SegmentsParsed, 41);
  const auto page = internal_metrics_page(all_sources(ledger)).body;
  for (const std::string line : {
           "obi_ledger_total{kind=\"segment\",reason=\"segments_parsed\"} 41\n",
           "obi_ledger_total{kind=\"request\",reason=\"spans_made\"} 0\n",
           "obi_ledger_total{kind=\"note\",reason=\"stream_gaps\"} 0\n",
           "# HELP obi_kernel_ring_full_total Records that found no room.\n",
           "obi_kernel_ring_full_total 3\n",
           "obi_memory_held_bytes{holder=\"series\"} 12\n",
           "obi_memory_share_bytes{holder=\"series\"} 260\n",
           "obi_memory_given_back_bytes_total{holder=\"connections\"} 0\n",
           "obi_exporter_consumed_spans_total{exporter=\"otlp\"} 10\n",
           "obi_exporter_spans_total{exporter=\"otlp\",outcome=\"exported\"} 6\n",
           "obi_exporter_spans_total{exporter=\"otlp\",outcome=\"not_wanted\"} 1\n",
           "obi_exporter_spans_total{exporter=\"otlp\",outcome=\"dropped\"} 2\n",
           "obi_queue_capacity_ratio{subscriber=\"printer\"} 0.25\n",
           "obi_queue_capacity_ratio{subscriber=\"broken\"} 0\n",
           "obi_otel_trace_exports_total 7\n",
           "obi_otel_trace_export_errors_total{error=\"unavailable\"} 2\n",
           "obi_otel_metric_exports_total 8\n",
           "obi_prometheus_http_requests_total{path=\"/metrics\",port=\"9090\"} 4\n",
           "obi_instrumented_processes{process_name=\"hostile\\\"\\n\"} 2\n",
           "obi_tls_unseen_connections_total{process_name=\"nginx\"} 3\n",
           "obi_instrumentation_errors_total{error_type=\"inspection_failed\",process_name="
           "\"java\"} 1\n",
           "obi_metric_series{exporter=\"prometheus\"} 12\n",
           "obi_metric_overflowed_spans_total{exporter=\"prometheus\"} 34\n",
           "obi_avoided_services{otel_metric_overflow=\"false\",service_name=\"users\","
           "service_namespace=\"shop\",telemetry_type=\"traces\"} 1\n",
           "goos=\"linux\",goversion=\"g++ 1\",revision=\"abc\",version=\"v9\"} 1\n",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
}

TEST(InternalMetrics, HoldEveryRowOfTheLedger) {
  model::Ledger ledger;
  const auto page = internal_metrics_page({.ledger = &ledger}).body;
  for (const auto& reason : model::kReasons) {
    EXPECT_THAT(page, HasSubstr("reason=\"" + std::string(reason.name) + "\"} 0\n"));
  }
}

TEST(InternalMetrics, SourcesThatAreNotSetYieldNothing) {
  const auto page = internal_metrics_page({}).body;
  EXPECT_THAT(page, Not(HasSubstr("obi_ledger")));
  EXPECT_THAT(page, Not(HasSubstr("obi_otel")));
  EXPECT_THAT(page, HasSubstr("obi_internal_build_info{"));
  EXPECT_THAT(page, HasSubstr("process_resident_memory_bytes "));
}

TEST(InternalMetrics, PromtoolAcceptsThem) {
  if (!has_promtool()) GTEST_SKIP() << "promtool is not installed";
  model::Ledger ledger;
  EXPECT_EQ(complaints_of_promtool(internal_metrics_page(all_sources(ledger)).body), "");
}

TEST(ProcessUsage, IsThatOfThisProcess) {
  const auto before = read_process_usage();
  EXPECT_GT(before.resident_bytes, 100'000U);
  EXPECT_GE(before.virtual_bytes, before.resident_bytes);
  EXPECT_GE(before.open_fds, 3U);
  EXPECT_GE(before.threads, 1U);
  const std::vector<char> touched(64 << 20, 1);
  EXPECT_GE(read_process_usage().resident_bytes, before.resident_bytes + (32 << 20));
  EXPECT_EQ(touched.back(), 1);
}

}  // namespace
}  // namespace obi::exporting
