// SPDX-License-Identifier: Apache-2.0
#include "config/discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"

namespace obi::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

struct Read {
  Discovery discovery;
  std::vector<std::string> mistakes;
  std::vector<std::string> warnings;
};

Read read(const std::string& yaml, const Variables& variables = {}) {
  Loaded loaded = load(yaml, variables);
  Read read{.discovery = {}, .mistakes = loaded.mistakes, .warnings = {}};
  read.discovery = read_discovery(loaded.config, read.mistakes, read.warnings);
  return read;
}

bool excluded(const Discovery& discovery, std::string_view executable) {
  return std::ranges::any_of(discovery.exclude, [&](const Selector& selector) {
    return selector.exe_path && selector.exe_path->matches(executable);
  });
}

TEST(ConfigDiscovery, WithoutSelectorNothingIsNamedAndTheDefaultsExclude) {
  const auto [discovery, mistakes, warnings] = read("");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_THAT(discovery.instrument, IsEmpty());
  EXPECT_THAT(discovery.exclude, SizeIs(2));
  EXPECT_EQ(discovery.poll_interval, 5s);
  EXPECT_EQ(discovery.min_process_age, 0s);
}

TEST(ConfigDiscovery, DefaultExclusionsOfBothFlavoursAgree) {
  const auto glob = read("").discovery;
  const auto regex = read("discovery: {services: [{exe_path: x}]}\n").discovery;
  const std::vector<std::pair<const char*, bool>> rows = {{"/usr/bin/ebpf-instrument", true},
                                                          {"/usr/bin/obi", true},
                                                          {"obi", true},
                                                          {"/otelcol-contrib", true},
                                                          {"/bin/otelcol", true},
                                                          {"/usr/bin/beyla", true},
                                                          {"/usr/bin/python3", false},
                                                          {"/srv/obi/server", false},
                                                          {"/otelcol-tests/server", false},
                                                          {"/opt/ebpf-instrument-demo/shop", false},
                                                          {"/usr/bin/hobi", false}};
  for (const auto& [executable, expected] : rows) {
    EXPECT_EQ(excluded(glob, executable), expected) << executable;
    EXPECT_EQ(excluded(regex, executable), expected) << executable;
  }
  for (const Discovery* discovery : {&glob, &regex}) {
    const Pattern& name_space = discovery->exclude.back().metadata.at("k8s_namespace");
    EXPECT_TRUE(name_space.matches("kube-system"));
    EXPECT_TRUE(name_space.matches("gke-managed-cim"));
    EXPECT_FALSE(name_space.matches("shop"));
    EXPECT_FALSE(name_space.matches("my-kube-system"));
  }
}

TEST(ConfigDiscovery, AnEmptyListDropsTheDefaultExclusions) {
  const auto [discovery, mistakes, warnings] =
      read("discovery: {default_exclude_instrument: []}\n");
  EXPECT_THAT(discovery.exclude, IsEmpty());
}

TEST(ConfigDiscovery, TargetPidsStandAlone) {
  const auto [discovery, mistakes, warnings] = read(
      "target_pids: [12, 34]\nservice_name: api\n"
      "discovery: {instrument: [{exe_path: x}], exclude_instrument: [{exe_path: '*'}]}\n");
  ASSERT_THAT(discovery.instrument, SizeIs(1));
  EXPECT_THAT(discovery.instrument[0].target_pids, ElementsAre(12, 34));
  EXPECT_EQ(discovery.instrument[0].name, "api");
  EXPECT_THAT(discovery.exclude, IsEmpty());
  EXPECT_THAT(warnings, SizeIs(2));
}

TEST(ConfigDiscovery, AnEndlessRangeOfPidsIsBounded) {
  const auto discovery = read("target_pids: 1-4000000\n").discovery;
  EXPECT_LE(discovery.instrument[0].target_pids.size(), 65536U);
}

TEST(ConfigDiscovery, ServicesAloneAreTheDeprecatedMode) {
  const auto [discovery, mistakes, warnings] = read(
      "executable_path: /opt\nopen_port: 80\n"
      "discovery:\n  services: [{exe_path: python}]\n  exclude_services: [{exe_path: idle}]\n");
  EXPECT_THAT(mistakes, IsEmpty());
  ASSERT_THAT(discovery.instrument, SizeIs(2));
  EXPECT_TRUE(discovery.instrument[0].exe_path->matches("/usr/bin/python3")) << "not anchored";
  EXPECT_TRUE(discovery.instrument[1].exe_path->matches("/opt/x"));
  EXPECT_TRUE(discovery.instrument[1].open_ports->contains(80));
  EXPECT_TRUE(excluded(discovery, "/bin/idle-loop"));
}

TEST(ConfigDiscovery, ServicesBesideInstrumentAreIgnored) {
  const auto [discovery, mistakes, warnings] =
      read("discovery: {services: [{exe_path: a}], instrument: [{exe_path: b}]}\n");
  ASSERT_THAT(discovery.instrument, SizeIs(1));
  EXPECT_EQ(discovery.instrument[0].exe_path->text(), "b");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("discovery.services")));
}

TEST(ConfigDiscovery, InstrumentAndTheRootEntryAdd) {
  const auto [discovery, mistakes, warnings] =
      read("discovery: {instrument: [{exe_path: a}]}\nexecutable_path: old\n",
           {{"OTEL_EBPF_OPEN_PORT", "8080"}, {"OTEL_EBPF_AUTO_TARGET_LANGUAGE", "{go,java}"}});
  ASSERT_THAT(discovery.instrument, SizeIs(2));
  EXPECT_TRUE(discovery.instrument[1].open_ports->contains(8080));
  EXPECT_TRUE(discovery.instrument[1].languages->matches("java"));
  EXPECT_FALSE(discovery.instrument[1].exe_path);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("executable_path")));
}

TEST(ConfigDiscovery, TheRootEntryReportsWhichKeysMadeIt) {
  const auto discovery =
      read("open_port: 80\n", {{"OTEL_EBPF_AUTO_TARGET_EXE", "*/x"}, {"OTEL_SERVICE_NAME", "shop"}})
          .discovery;
  EXPECT_EQ(discovery.instrument.at(0).origin,
            "auto_target_exe (env OTEL_EBPF_AUTO_TARGET_EXE), open_port (config:1)");
  EXPECT_EQ(discovery.instrument[0].name_origin, "service_name (env OTEL_SERVICE_NAME)");
  EXPECT_EQ(read("target_pids: 7\n").discovery.instrument.at(0).origin, "target_pids (config:1)");
}

TEST(ConfigDiscovery, TheRootEntryAloneTakesGlobsBeforeTheRegex) {
  const auto glob = read("", {{"OTEL_GO_AUTO_TARGET_EXE", "*/app"},
                              {"OTEL_EBPF_EXECUTABLE_PATH", "old"},
                              {"OTEL_SERVICE_NAME", "n"},
                              {"OTEL_EBPF_SERVICE_NAMESPACE", "ns"}});
  ASSERT_THAT(glob.discovery.instrument, SizeIs(1));
  EXPECT_EQ(glob.discovery.instrument[0].exe_path->text(), "*/app");
  EXPECT_EQ(glob.discovery.instrument[0].name, "n");
  EXPECT_EQ(glob.discovery.instrument[0].name_space, "ns");
  const auto regex = read("", {{"OTEL_EBPF_EXECUTABLE_PATH", "old"}, {"OTEL_EBPF_OPEN_PORT", "1"}});
  EXPECT_TRUE(regex.discovery.instrument[0].exe_path->matches("/very/old/one"));
  EXPECT_TRUE(regex.discovery.instrument[0].open_ports->contains(1));
}

TEST(ConfigDiscovery, EveryFieldOfAnEntryIsRead) {
  const auto [discovery, mistakes, warnings] = read(R"(
discovery:
  instrument:
    - name: cart
      namespace: shop
      open_ports: 8080,9000-9010
      exe_path: /opt/*/bin/*
      languages: "{go,java}"
      cmd_args: "*--serve*"
      target_pids: [7]
      containers_only: true
      k8s_deployment_name: "cart*"
      container_name: web
      k8s_pod_labels: {tier: front*}
      k8s_pod_annotations: {a: b}
      exports: [traces]
      sampler: {name: traceidratio, arg: "0.25"}
      routes: {incoming: ["/cart/:id"], outgoing: ["/stock/*"]}
      metrics: {features: [application]}
)");
  EXPECT_THAT(mistakes, IsEmpty());
  const Selector& selector = discovery.instrument.at(0);
  EXPECT_EQ(selector.origin, "discovery.instrument[0]");
  EXPECT_EQ(selector.name, "cart");
  EXPECT_EQ(selector.name_space, "shop");
  EXPECT_TRUE(selector.open_ports->contains(9005));
  EXPECT_TRUE(selector.exe_path->matches("/opt/a/b/bin/c")) << "* crosses /";
  EXPECT_FALSE(selector.exe_path->matches("/x/opt/a/bin/c")) << "the whole text counts";
  EXPECT_TRUE(selector.languages->matches("go"));
  EXPECT_TRUE(selector.cmd_args->matches("app --serve 1"));
  EXPECT_THAT(selector.target_pids, ElementsAre(7));
  EXPECT_TRUE(selector.containers_only);
  EXPECT_THAT(selector.metadata, SizeIs(2));
  EXPECT_TRUE(selector.pod_labels.at("tier").matches("frontend"));
  EXPECT_THAT(selector.pod_annotations, SizeIs(1));
  EXPECT_TRUE(selector.exports->traces);
  EXPECT_FALSE(selector.exports->metrics);
  EXPECT_EQ(selector.sampler->name, "traceidratio");
  EXPECT_EQ(selector.sampler->argument, "0.25");
  EXPECT_THAT(selector.incoming_routes, ElementsAre("/cart/:id"));
  EXPECT_THAT(selector.outgoing_routes, ElementsAre("/stock/*"));
  EXPECT_THAT(*selector.features, ElementsAre("application"));
}

TEST(ConfigDiscovery, ExportsDistinguishNoneFromNotSaid) {
  const auto discovery =
      read("discovery: {instrument: [{exe_path: a, exports: []}, {exe_path: b, exports: }]}\n")
          .discovery;
  EXPECT_FALSE(discovery.instrument[0].exports->traces);
  EXPECT_FALSE(discovery.instrument[1].exports.has_value());
}

TEST(ConfigDiscovery, PortsMayBeASequence) {
  const auto discovery = read("discovery: {instrument: [{open_ports: [80, 443]}]}\n").discovery;
  EXPECT_TRUE(discovery.instrument[0].open_ports->contains(443));
}

TEST(ConfigDiscovery, TheOldNameOfExePathCountsOnlyWithoutTheNewOne) {
  const auto discovery =
      read(
          "discovery: {services: [{exe_path_regexp: a}, "
          "{exe_path_regexp: a, exe_path: b}, {exe_path: b, exe_path_regexp: a}]}\n")
          .discovery;
  EXPECT_EQ(discovery.instrument[0].exe_path->text(), "a");
  EXPECT_EQ(discovery.instrument[1].exe_path->text(), "b");
  EXPECT_EQ(discovery.instrument[2].exe_path->text(), "b");
}

struct BadEntry {
  const char* entry;
  const char* what;
};

class ConfigBadEntries : public testing::TestWithParam<BadEntry> {};

TEST_P(ConfigBadEntries, AreOneLineWithPlaceAndReason) {
  const auto [discovery, mistakes, warnings] =
      read(std::string("discovery:\n  instrument:\n    - ") + GetParam().entry + "\n");
  ASSERT_THAT(mistakes, SizeIs(1));
  EXPECT_THAT(mistakes[0], AllOf(HasSubstr("discovery.instrument[0]"), HasSubstr("config:3"),
                                 HasSubstr(GetParam().what)));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ConfigBadEntries,
    testing::Values(BadEntry{"{exe_path: '[a-'}", "not a glob"},
                    BadEntry{"{exe_pth: x}", "did you mean 'exe_path'?"},
                    BadEntry{"{k8s_namespaces: x}", "did you mean 'k8s_namespace'?"},
                    BadEntry{"{exe_path_regexp: x, exe_path: x}", "no such criterion"},
                    BadEntry{"{name: x}", "at least one criterion"},
                    BadEntry{"{}", "at least one criterion"}, BadEntry{"text", "mapping"},
                    BadEntry{"{open_ports: http}", "'http'"},
                    BadEntry{"{open_ports: 65536}", "0..65535"},
                    BadEntry{"{target_pids: [x]}", "'x' is not a process id"},
                    BadEntry{"{target_pids: [0]}", "'0' is not a process id"},
                    BadEntry{"{exe_path: [a]}", "one plain value"},
                    BadEntry{"{containers_only: maybe}", "'maybe'"},
                    BadEntry{"{exe_path: x, exports: [spans]}", "metrics, traces, logs"},
                    BadEntry{"{exe_path: x, metrics: {features: [apps]}}", "'apps'"},
                    BadEntry{"{exe_path: x, k8s_pod_labels: a}", "mapping of names"}));

TEST(ConfigDiscovery, AnUnknownSamplerIsAWarning) {
  const auto [discovery, mistakes, warnings] =
      read("discovery: {instrument: [{exe_path: x, sampler: {name: often}}]}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("'often'")));
  EXPECT_EQ(discovery.instrument[0].sampler->name, "parentbased_always_on");
}

TEST(ConfigDiscovery, MergedEntriesWork) {
  const auto [discovery, mistakes, warnings] = read(
      "discovery:\n  instrument:\n    - &a {exe_path: x, exports: [traces]}\n"
      "    - <<: *a\n      open_ports: 80\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(discovery.instrument[1].exe_path->text(), "x");
  EXPECT_TRUE(discovery.instrument[1].open_ports->contains(80));
}

}  // namespace
}  // namespace obi::config
