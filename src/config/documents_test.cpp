// SPDX-License-Identifier: Apache-2.0
// Configuration examples of the original project, unchanged: each must load and do what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"
#include "config/keys_ebpf.hpp"
#include "config/keys_otlp_metrics.hpp"
#include "config/keys_otlp_traces.hpp"
#include "config/keys_prometheus.hpp"

namespace obi::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigDocuments, ContextPropagation) {
  const auto [config, mistakes] = load_file("context_propagation.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.printed(*find_key("ebpf.context_propagation")), "headers,tcp");
}

TEST(ConfigDocuments, OtlpExport) {
  const auto [config, mistakes] = load_file("otlp_export.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.get(key::kOtlpTracesEndpoint), "localhost:4317");
  EXPECT_EQ(config.get(key::kOtlpTracesProtocol), "grpc");
  EXPECT_THAT(config.get(key::kOtlpTracesInstrumentations), ElementsAre("http", "grpc", "sql"));
  EXPECT_EQ(config.get(key::kOtlpMetricsInterval), 60s);
  EXPECT_THAT(config.origin(key::kOtlpMetricsInterval), HasSubstr("otlp_export.yaml:11"));
  EXPECT_THAT(config.get(key::kOtlpMetricsInstrumentations), ElementsAre("*"));
}

TEST(ConfigDocuments, PrometheusExport) {
  const auto [config, mistakes] = load_file("prometheus_export.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.get(key::kPrometheusPort), 8080);
  EXPECT_EQ(config.get(key::kPrometheusTtl), 5min);
  EXPECT_THAT(config.get(key::kPrometheusDurationHistogram),
              ElementsAre(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10));
}

TEST(ConfigDocuments, ResourceLabels) {
  const auto [config, mistakes] = load_file("resource_labels.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  const Node& labels = config.node(*find_key("attributes.kubernetes.resource_labels"));
  EXPECT_EQ(labels.find("service.name")->children[1].text, "app");
  EXPECT_EQ(labels.find("service.namespace")->children[0].text, "app.kubernetes.io/part-of");
}

TEST(ConfigDocuments, Tuning) {
  const auto [config, mistakes] = load_file("tuning.yaml");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.get(key::kWakeupLen), 0);
  EXPECT_EQ(config.get(key::kBatchLength), 100);
  EXPECT_EQ(config.get(key::kBatchTimeout), 1s);
  EXPECT_EQ(config.get(key::kOtlpMetricsInterval), 1min);
  EXPECT_EQ(config.printed(*find_key("otel_metrics_export.reporters_cache_len")), "256");
}

}  // namespace
}  // namespace obi::config
