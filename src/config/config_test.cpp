// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_fixture.hpp"
#include "config/keys_agent.hpp"
#include "config/keys_attribute.hpp"
#include "config/keys_discovery.hpp"
#include "config/keys_ebpf.hpp"
#include "config/keys_otlp_metrics.hpp"
#include "config/keys_otlp_traces.hpp"
#include "config/keys_pipeline.hpp"
#include "config/keys_prometheus.hpp"

namespace obi::config {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ConfigPrecedence, DefaultsStandWhereNothingIsSet) {
  const auto [config, mistakes] = load("");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.get(key::kBatchLength), 100);
  EXPECT_EQ(config.get(key::kMinProcessAge), 0s);
  EXPECT_EQ(config.origin(key::kBatchLength), "default");
  EXPECT_FALSE(config.is_set(key::kBatchLength));
}

TEST(ConfigPrecedence, TheFileWinsOverDefaultsAndVariablesOverTheFile) {
  const auto [config, mistakes] =
      load("ebpf:\n  batch_length: 7\n  wakeup_len: 8\n", {{"OTEL_EBPF_BPF_WAKEUP_LEN", "9"}});
  EXPECT_EQ(config.get(key::kBatchLength), 7);
  EXPECT_EQ(config.origin(key::kBatchLength), "config:2");
  EXPECT_EQ(config.get(key::kWakeupLen), 9);
  EXPECT_EQ(config.origin(key::kWakeupLen), "env OTEL_EBPF_BPF_WAKEUP_LEN");
}

TEST(ConfigPrecedence, AnEmptyVariableCountsAsUnset) {
  const auto [config, mistakes] = load("trace_printer: json\n", {{"OTEL_EBPF_TRACE_PRINTER", ""}});
  EXPECT_EQ(config.get(key::kTracePrinter), "json");
}

TEST(ConfigPrecedence, AnEmptyTextInTheFileClears) {
  const auto [config, mistakes] = load("attributes: {rename_unresolved_hosts: ''}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.get(key::kRenameUnresolvedHosts), "");
  EXPECT_TRUE(config.is_set(key::kRenameUnresolvedHosts));
}

TEST(ConfigPrecedence, TheFirstOfTwoVariablesWins) {
  const auto both =
      load("", {{"OTEL_SERVICE_NAME", "first"}, {"OTEL_EBPF_SERVICE_NAME", "second"}});
  EXPECT_EQ(both.config.get(key::kServiceName), "first");
  const auto second = load("", {{"OTEL_SERVICE_NAME", ""}, {"OTEL_EBPF_SERVICE_NAME", "second"}});
  EXPECT_EQ(second.config.get(key::kServiceName), "second");
}

TEST(ConfigPrecedence, PairedVariablesExpandReferences) {
  const auto [config, mistakes] = load("", {{"OTEL_SERVICE_NAME", "$TEAM-${UNSET}api"},
                                            {"TEAM", "shop"},
                                            {"OTEL_EBPF_SERVICE_NAMESPACE", "$TEAM"}});
  EXPECT_EQ(config.get(key::kServiceName), "shop-api");
  EXPECT_EQ(config.get(key::kServiceNamespace), "$TEAM") << "it has no second name";
}

TEST(ConfigPrecedence, OneVariableFeedsBothSignals) {
  const auto [config, mistakes] = load("", {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}});
  EXPECT_EQ(config.get(key::kOtlpTracesCommonEndpoint), "http://c:4318");
  EXPECT_EQ(config.get(key::kOtlpMetricsCommonEndpoint), "http://c:4318");
}

TEST(ConfigLists, AreReplacedWhole) {
  const auto [config, mistakes] = load("otel_traces_export: {instrumentations: [http, sql]}\n",
                                       {{"OTEL_EBPF_METRICS_INSTRUMENTATIONS", "grpc, ,http"}});
  EXPECT_THAT(config.get(key::kOtlpTracesInstrumentations), ElementsAre("http", "sql"));
  EXPECT_THAT(config.get(key::kOtlpMetricsInstrumentations), ElementsAre("grpc", "http"));
}

TEST(ConfigLists, AnEmptyListAndNullEmptyThem) {
  const auto [config, mistakes] =
      load("metrics: {features: []}\nprometheus_export: {instrumentations: }\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.get(key::kMetricsFeatures), IsEmpty());
  EXPECT_THAT(config.get(key::kPrometheusInstrumentations), IsEmpty());
}

TEST(ConfigLists, ItemsOfTheFileMayHoldCommas) {
  const auto [config, mistakes] = load("routes: {patterns: ['/a,b/:id', /c]}\n");
  EXPECT_THAT(config.get(key::kRoutePatterns), ElementsAre("/a,b/:id", "/c"));
}

TEST(ConfigLists, AllMeansEveryInstrumentationAndFeature) {
  const auto [config, mistakes] =
      load("prometheus_export: {instrumentations: [all]}\nmetrics: {features: ['*']}\n");
  EXPECT_THAT(config.get(key::kPrometheusInstrumentations), ElementsAre("*"));
  EXPECT_THAT(config.get(key::kMetricsFeatures), ElementsAre("all"));
}

TEST(ConfigNull, KeepsScalarsAndSections) {
  const auto [config, mistakes] = load("ebpf:\ntrace_printer: ~\ndiscovery: {poll_interval: }\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.get(key::kBatchLength), 100);
  EXPECT_EQ(config.get(key::kTracePrinter), "disabled");
  EXPECT_FALSE(config.is_switched_off({"ebpf"}));
}

TEST(ConfigNull, SwitchesRoutesAndNameResolverOff) {
  const auto [config, mistakes] =
      load("routes:\nname_resolver: null\n", {{"OTEL_EBPF_NAME_RESOLVER_SOURCES", "dns"}});
  EXPECT_TRUE(config.is_switched_off(key::kRoutesSection));
  EXPECT_TRUE(config.is_switched_off(key::kNameResolverSection))
      << "a variable can't bring it back";
  EXPECT_FALSE(load("routes: {}\n").config.is_switched_off(key::kRoutesSection));
}

TEST(ConfigNull, ClearsMappings) {
  const auto [config, mistakes] = load("attributes: {kubernetes: {resource_labels: }}\n");
  EXPECT_TRUE(config.node(*find_key("attributes.kubernetes.resource_labels")).is_null());
}

TEST(ConfigMappings, KeepTheDefaultsThatTheFileDoesNotName) {
  const auto [config, mistakes] =
      load("attributes: {kubernetes: {resource_labels: {service.name: [app]}}}\n");
  const Node& labels = config.node(*find_key("attributes.kubernetes.resource_labels"));
  EXPECT_THAT(labels.find("service.name")->children, SizeIs(1));
  EXPECT_NE(labels.find("service.version"), nullptr);
}

TEST(ConfigTypes, QuotedScalarsAreRead) {
  const auto [config, mistakes] = load(
      "enforce_sys_caps: 'true'\nprometheus_export: {port: '9464'}\n"
      "channel_send_timeout: '0'\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_TRUE(config.get(key::kEnforceSysCaps));
  EXPECT_EQ(config.get(key::kPrometheusPort), 9464);
  EXPECT_EQ(config.get(key::kChannelSendTimeout), 0s);
}

TEST(ConfigTypes, ChoicesMayLookLikeBooleans) {
  const auto [config, mistakes] = load("ebpf: {instrument_cuda: off}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.printed(*find_key("ebpf.instrument_cuda")), "off");
}

TEST(ConfigTypes, EmptyChoicesStandForTheirDefault) {
  const auto [config, mistakes] = load("routes: {unmatched: '', ignore_mode: ''}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_EQ(config.get(key::kUnmatchedRoute), "wildcard");
  EXPECT_EQ(config.get(key::kRouteIgnoreMode), "all");
}

TEST(ConfigTypes, ContextPropagationIsTextOrAList) {
  for (const char* yaml : {"headers,tcp", "[headers, tcp]", "'headers , tcp'"}) {
    const auto [config, mistakes] =
        load(std::string("ebpf: {context_propagation: ") +
             (yaml[0] == '[' || yaml[0] == '\'' ? yaml : "'" + std::string(yaml) + "'") + "}\n");
    EXPECT_THAT(mistakes, IsEmpty());
    EXPECT_EQ(config.printed(*find_key("ebpf.context_propagation")), "headers,tcp");
  }
  EXPECT_THAT(load("ebpf: {context_propagation: [ip]}\n").mistakes, IsEmpty());
  EXPECT_THAT(load("ebpf: {context_propagation: [http]}\n").mistakes, SizeIs(1));
}

TEST(ConfigTypes, SubstitutedTextIsTypedByYaml) {
  const auto [config, mistakes] =
      load("prometheus_export: {port: \"${PORT}\", path: $(P:-/m)}\n", {{"PORT", "1234"}});
  EXPECT_EQ(config.get(key::kPrometheusPort), 1234);
  EXPECT_EQ(config.get(key::kPrometheusPath), "/m");
}

TEST(ConfigTypes, DottedNamesMeanTheSame) {
  const auto [config, mistakes] = load("ebpf.batch_length: 5\ndiscovery.poll_interval: 1s\n");
  EXPECT_EQ(config.get(key::kBatchLength), 5);
  EXPECT_EQ(config.get(key::kDiscoveryPollInterval), 1s);
}

struct BadInput {
  const char* yaml;
  const char* key;
  const char* what;
};

class ConfigMistakes : public testing::TestWithParam<BadInput> {};

TEST_P(ConfigMistakes, NameKeyLineAndWhatIsAllowed) {
  const auto [config, mistakes] = load(std::string("# first\n") + GetParam().yaml);
  ASSERT_THAT(mistakes, SizeIs(1));
  EXPECT_THAT(mistakes[0],
              AllOf(HasSubstr(GetParam().key), HasSubstr("config:2"), HasSubstr(GetParam().what)));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ConfigMistakes,
    testing::Values(
        BadInput{"trace_printer: loud", "trace_printer", "'loud' is not one of disabled, counter"},
        BadInput{"trace_printer: ''", "trace_printer", "'' is not one of disabled"},
        BadInput{"trace_printer: TEXT", "trace_printer", "'TEXT' is not one of"},
        BadInput{"ebpf: {batch_timeout: 5}", "ebpf.batch_timeout", "'5' is not a duration"},
        BadInput{"ebpf: {batch_timeout: -5s}", "ebpf.batch_timeout", "must be >= 0, not -5s"},
        BadInput{"ebpf: {batch_length: 0}", "ebpf.batch_length", "must be > 0, not 0"},
        BadInput{"ebpf: {batch_length: [1]}", "ebpf.batch_length", "must be one value"},
        BadInput{"ebpf: 5", "ebpf", "must be a mapping"},
        BadInput{"ebpf: {buffer_sizes: {http: 262145}}", "ebpf.buffer_sizes.http", "0..262144"},
        BadInput{"ebpf: {maps_config: {global_scale_factor: -4}}", "global_scale_factor", "-3..3"},
        BadInput{"ebpf: {log_enricher: {cache_ttl: 60s}}", "cache_ttl", "must be > 1m"},
        BadInput{"prometheus_export: {port: many}", "prometheus_export.port", "'many'"},
        BadInput{"prometheus_export: {port: 65536}", "prometheus_export.port", "0..65535"},
        BadInput{"prometheus_export: {buckets: [1, 3, 2]}", "duration_histogram", "ascend"},
        BadInput{"prometheus_export: {buckets: [1, x]}", "duration_histogram", "'x'"},
        BadInput{"enforce_sys_caps: maybe", "enforce_sys_caps", "'maybe' is not true or false"},
        BadInput{"metrics: {features: [application, apps]}", "metrics.features", "'apps'"},
        BadInput{"open_port: 80,http", "open_port", "'http'"},
        BadInput{"open_port: 70000", "open_port", "0..65535"},
        BadInput{"executable_path: '(['", "executable_path", "not a regular expression"},
        BadInput{"auto_target_exe: '[a-'", "auto_target_exe", "not a glob"},
        BadInput{"routes: {wildcard_char: ab}", "routes.wildcard_char", "one character"},
        BadInput{"routes: {patterns: {a: b}}", "routes.patterns", "not a mapping"},
        BadInput{"log_level: loud", "log_level", "debug, info, warn, error"},
        BadInput{"discovery: {instrument: {exe_path: x}}", "discovery.instrument", "a list"},
        BadInput{"attributes: {select: [x]}", "attributes.select", "a mapping"},
        BadInput{"attributes: {select: {http.*: [x]}}", "attributes.select.http.*", "a mapping"}));

TEST(ConfigMistakesTogether, AreAllReported) {
  const auto [config, mistakes] =
      load("trace_printer: loud\nebpf:\n  batch_length: x\n",
           {{"OTEL_EBPF_PROMETHEUS_PORT", "-1"}, {"OTEL_EBPF_BPF_BATCH_TIMEOUT", "soon"}});
  EXPECT_THAT(mistakes, SizeIs(4));
  EXPECT_THAT(mistakes, Contains(HasSubstr("env OTEL_EBPF_PROMETHEUS_PORT")));
  EXPECT_THAT(mistakes, Contains(HasSubstr("env OTEL_EBPF_BPF_BATCH_TIMEOUT")));
}

TEST(ConfigMistakesTogether, AFileThatIsNotThereIsOne) {
  std::vector<std::string> mistakes;
  Sources sources;
  sources.path = "/nonexistent/none.yaml";
  Config::load(sources, mistakes);
  EXPECT_THAT(mistakes, ElementsAre(AllOf(HasSubstr("none.yaml"), HasSubstr("No such file"))));
  mistakes.clear();
  sources.path = "/";
  Config::load(sources, mistakes);
  EXPECT_THAT(mistakes, SizeIs(1)) << "a folder is no file";
}

TEST(ConfigWarnings, UnknownKeysNameTheNearestOne) {
  const auto [config, mistakes] =
      load("ebpf:\n  batch_lenght: 5\nTrace_printer: text\nqwertyuiop: 1\n");
  EXPECT_THAT(mistakes, IsEmpty());
  ASSERT_THAT(config.warnings(), SizeIs(3));
  EXPECT_THAT(config.warnings()[0], AllOf(HasSubstr("ebpf.batch_lenght (config:2)"),
                                          HasSubstr("did you mean 'ebpf.batch_length'?")));
  EXPECT_THAT(config.warnings()[1], HasSubstr("did you mean 'trace_printer'?"));
  EXPECT_EQ(config.warnings()[2].find("mean"), std::string::npos);
}

TEST(ConfigWarnings, UnknownVariablesNameTheNearestOne) {
  const auto [config, mistakes] = load(
      "", {{"OTEL_EBPF_PROMETEUS_PORT", "1"}, {"PATH", "/bin"}, {"OTEL_EBPF_CONFIG_PATH", "x"}});
  EXPECT_THAT(config.warnings(), ElementsAre(AllOf(HasSubstr("OTEL_EBPF_PROMETEUS_PORT"),
                                                   HasSubstr("'OTEL_EBPF_PROMETHEUS_PORT'"))));
}

TEST(ConfigWarnings, SettingWhatComesLaterSaysSo) {
  const auto [config, mistakes] =
      load("network: {enable: true}\n", {{"OTEL_EBPF_PROTOCOL_DEBUG_PRINT", "1"}});
  EXPECT_THAT(config.warnings(),
              testing::UnorderedElementsAre(
                  AllOf(HasSubstr("network.enable (config:1)"), HasSubstr("no effect")),
                  AllOf(HasSubstr("env OTEL_EBPF_PROTOCOL_DEBUG_PRINT"), HasSubstr("no effect"))));
}

TEST(ConfigWarnings, SettingWhatNeedsNoSettingSaysWhy) {
  const auto [config, mistakes] = load("ebpf: {buffer_sizes: {mysql: 1024}}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(),
              ElementsAre("ebpf.buffer_sizes.mysql (config:1): has no effect: of each message as "
                          "much is captured as its parser needs"));
}

TEST(ConfigWarnings, ValuesThatComeLaterSaySo) {
  const auto [config, mistakes] = load("metrics: {features: [application, network]}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(),
              testing::ElementsAre(
                  AllOf(HasSubstr("metrics.features (config:1)"), HasSubstr("'network'"))));
}

TEST(ConfigWarnings, LenientKeysFallBack) {
  const auto [config, mistakes] = load(
      "log_format: xml\notel_metrics_export: {histogram_aggregation: x}\n"
      "name_resolver: {sources: [KUBE, magic, DNS]}\n",
      {{"OTEL_METRIC_EXPORT_INTERVAL", "-3"}});
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), SizeIs(4));
  EXPECT_EQ(config.get(key::kLogFormat), "text");
  EXPECT_EQ(config.get(key::kOtlpMetricsHistogramAggregation), "explicit_bucket_histogram");
  EXPECT_THAT(config.get(key::kNameResolverSources), ElementsAre("k8s", "dns"));
  EXPECT_EQ(config.get(key::kOtlpMetricsIntervalMs), 60000);
}

TEST(ConfigWarnings, KeysThatAreGoneSayWhatTookTheirPlace) {
  const auto [config, mistakes] = load("otel_traces_export: {max_queue_size: 5}\n");
  EXPECT_THAT(config.warnings(), ElementsAre(HasSubstr("use batch_max_size and queue_size")));
}

TEST(ConfigWarnings, WhatOnlyAVariableSetsIsNoKey) {
  const auto [config, mistakes] = load("otel_traces_export: {headers: 'a=b'}\n");
  EXPECT_THAT(config.warnings(), ElementsAre(HasSubstr("OTEL_EXPORTER_OTLP_TRACES_HEADERS")));
  EXPECT_EQ(config.get(key::kOtlpTracesHeaders), "");
}

TEST(ConfigWarnings, MisspeltSelectionsNameTheRightWord) {
  const auto [config, mistakes] = load("attributes: {select: {traces: {includes: ['*']}}}\n");
  EXPECT_THAT(config.warnings(), ElementsAre(HasSubstr("did you mean 'include'?")));
}

TEST(ConfigOldNames, AccidentsOfTheGoLibraryAreRead) {
  const auto [config, mistakes] =
      load("autotargetexe: '*/app'\notel_metrics_export: {otelintervalms: 1500}\n");
  EXPECT_THAT(mistakes, IsEmpty());
  EXPECT_THAT(config.warnings(), IsEmpty());
  EXPECT_EQ(config.get(key::kAutoTargetExe), "*/app");
  EXPECT_EQ(config.get(key::kOtlpMetricsInterval), 1500ms);
}

TEST(ConfigDeath, AskingForAKeyThatIsNotInTheTableEndsTheProcess) {
  const auto [config, mistakes] = load("");
  static constexpr IntegerKey kNone{"ebpf.none", "", "0", "", "isn't in the table"};
  EXPECT_DEATH((void)config.get(kNone), "no key 'ebpf.none'");
}

}  // namespace
}  // namespace obi::config
