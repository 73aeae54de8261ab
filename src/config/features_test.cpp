// SPDX-License-Identifier: Apache-2.0
#include "config/features.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"
#include "config/discovery.hpp"
#include "config/selector_reader.hpp"

namespace obi::config {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Modes {
  bool application = false;
  std::vector<std::string> warnings;
};

Modes modes_of(const std::string& yaml, const Variables& variables = {}) {
  auto [config, mistakes] = load(yaml, variables);
  EXPECT_THAT(mistakes, IsEmpty());
  Modes modes{.warnings = config.warnings()};
  const Discovery discovery = read_discovery(config, mistakes, modes.warnings);
  EXPECT_THAT(mistakes, IsEmpty());
  modes.application = discovery.switched_off.empty();
  return modes;
}

TEST(ConfigFeatures, OfTheNetworkAloneTurnApplicationModeOff) {
  for (const char* yaml :
       {"metrics: {features: [network]}", "metrics: {features: [network, stats_tcp_rtt]}",
        "network: {enable: true}", "network: {enable: true}\nmetrics: {features: [stats]}",
        "otel_metrics_export: {endpoint: 'http://c:4318', features: [network_inter_zone]}",
        "prometheus_export: {port: 9090, features: [network_flow_packets]}"}) {
    const Modes modes = modes_of(yaml);
    EXPECT_FALSE(modes.application) << yaml;
    EXPECT_THAT(modes.warnings, Contains(HasSubstr("no process is instrumented"))) << yaml;
  }
  EXPECT_FALSE(modes_of("", {{"OTEL_EBPF_NETWORK_METRICS", "true"}}).application);
  EXPECT_FALSE(modes_of("", {{"OTEL_EBPF_METRICS_FEATURES", "network,stats"}}).application);
}

TEST(ConfigFeatures, WhatSelectsProcessesOrAsksForApplicationsKeepsItOn) {
  for (const char* yaml :
       {"", "metrics: {features: [application, network]}", "metrics: {features: [all]}",
        "metrics: {features: []}", "metrics: {features: [network]}\nopen_port: 80",
        "network: {enable: true}\ndiscovery: {instrument: [{open_ports: 80}]}",
        "network: {enable: true}\ndiscovery: {services: [{exe_path: x}]}",
        "metrics: {features: [network]}\nexecutable_path: x",
        "network: {enable: true}\nmetrics: {features: [application]}",
        "prometheus_export: {features: [network]}", "metrics: {features: [ebpf]}"}) {
    EXPECT_TRUE(modes_of(yaml).application) << yaml;
  }
  EXPECT_TRUE(modes_of("network: {enable: true}", {{"OTEL_EBPF_TARGET_PID", "1"}}).application);
  EXPECT_TRUE(
      modes_of("network: {enable: true}", {{"OTEL_EBPF_AUTO_TARGET_EXE", "*"}}).application);
}

TEST(ConfigSelectors, CriteriaThatComeLaterAreWarnedOfWithTheirPlace) {
  std::vector<std::string> fields(metadata_fields().begin(), metadata_fields().end());
  for (const std::string& field : fields) {
    const Modes modes = modes_of("discovery:\n  instrument:\n    - " + field + ": shop\n");
    EXPECT_THAT(modes.warnings,
                Contains(AllOf(HasSubstr("discovery.instrument[0]." + field + " (config:3)"),
                               HasSubstr("matches no process"))));
  }
  for (const char* yaml : {"discovery: {instrument: [{k8s_pod_labels: {app: x}}]}",
                           "discovery: {services: [{k8s_pod_annotations: {app: x}}]}",
                           "discovery: {exclude_instrument: [{exe_path: y, container_name: x}]}",
                           "discovery: {default_exclude_instrument: [{k8s_namespace: x}]}"}) {
    EXPECT_THAT(modes_of(yaml).warnings, Contains(HasSubstr("matches no process"))) << yaml;
  }
}

TEST(ConfigSelectors, BuiltInExclusionsAndUnsetCriteriaAreNotWarnedOf) {
  for (const char* yaml : {"", "discovery: {instrument: [{exe_path: x, k8s_namespace: ''}]}",
                           "discovery: {instrument: [{exe_path: x, k8s_pod_labels: {}}]}",
                           "discovery: {instrument: [{exe_path: x, container_name: }]}"}) {
    EXPECT_THAT(modes_of(yaml).warnings, IsEmpty()) << yaml;
  }
}

TEST(ConfigSelectors, SettingsThatComeLaterOrAreUnknownAreWarnedOf) {
  const Modes modes = modes_of(R"(discovery:
  instrument:
    - exe_path: x
      exports: [traces, logs]
      metrics: {features: [application, application_span], ttl: 5m}
      sampler: {name: always_on, argument: 1}
      routes: {incoming: [/a], patterns: [/b]}
)");
  EXPECT_THAT(modes.warnings, Contains(HasSubstr("\"logs\"")));
  EXPECT_THAT(modes.warnings, Contains(HasSubstr("application_span")));
  for (const char* unknown : {"ttl", "argument", "patterns"})
    EXPECT_THAT(modes.warnings, Contains(AllOf(HasSubstr("no such key"), HasSubstr(unknown))));
  EXPECT_THAT(modes.warnings, Not(Contains(HasSubstr("incoming\""))));
}

}  // namespace
}  // namespace obi::config
