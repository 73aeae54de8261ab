// SPDX-License-Identifier: Apache-2.0
// Configuration examples of the original project, unchanged: each must load and do what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"

namespace obi::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigDocuments, ContextPropagation) {
  const auto [config, mistakes] = load_file("context_propagation.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.list("ebpf.context_propagation"), ElementsAre("headers", "tcp"));
}

TEST(ConfigDocuments, OtlpExport) {
  const auto [config, mistakes] = load_file("otlp_export.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.text("otel_traces_export.endpoint"), "localhost:4317");
  EXPECT_EQ(config.text("otel_traces_export.protocol"), "grpc");
  EXPECT_THAT(config.list("otel_traces_export.instrumentations"),
              ElementsAre("http", "grpc", "sql"));
  EXPECT_EQ(config.duration("otel_metrics_export.interval"), 60s);
  EXPECT_THAT(config.origin("otel_metrics_export.interval"), HasSubstr("otlp_export.yaml:11"));
  EXPECT_THAT(config.list("otel_metrics_export.instrumentations"), ElementsAre("*"));
}

TEST(ConfigDocuments, PrometheusExport) {
  const auto [config, mistakes] = load_file("prometheus_export.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.integer("prometheus_export.port"), 8080);
  EXPECT_EQ(config.duration("prometheus_export.ttl"), 5min);
  EXPECT_THAT(config.numbers("prometheus_export.buckets.duration_histogram"),
              ElementsAre(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10));
}

TEST(ConfigDocuments, ResourceLabels) {
  const auto [config, mistakes] = load_file("resource_labels.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  const Node& labels = config.node("attributes.kubernetes.resource_labels");
  EXPECT_EQ(labels.find("service.name")->children[1].text, "app");
  EXPECT_EQ(labels.find("service.namespace")->children[0].text, "app.kubernetes.io/part-of");
}

TEST(ConfigDocuments, Tuning) {
  const auto [config, mistakes] = load_file("tuning.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.integer("ebpf.wakeup_len"), 0);
  EXPECT_EQ(config.integer("ebpf.batch_length"), 100);
  EXPECT_EQ(config.duration("ebpf.batch_timeout"), 1s);
  EXPECT_EQ(config.duration("otel_metrics_export.interval"), 1min);
  EXPECT_EQ(config.integer("otel_metrics_export.reporters_cache_len"), 256);
}

}  // namespace
}  // namespace obi::config
