// SPDX-License-Identifier: Apache-2.0
#include "config/render.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include "config/config_fixture.hpp"
#include "config/discovery.hpp"
#include "config/keys_pipeline.hpp"

namespace obi::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

void expect_round_trip(const Config& config) {
  const std::string yaml = render_effective(config);
  const auto [again, mistakes] = load(yaml, {{"HOME", "not to be seen"}});
  ASSERT_THAT(mistakes, IsEmpty()) << yaml;
  for (const Key& key : keys()) {
    if (key.is(kEnvironmentOnly)) continue;
    EXPECT_EQ(again.printed(key), config.printed(key)) << key.path;
  }
  EXPECT_EQ(again.is_switched_off(key::kRoutesSection),
            config.is_switched_off(key::kRoutesSection));
  const auto values = [](const std::string& text) { return YAML::Dump(YAML::Load(text)); };
  EXPECT_EQ(values(render_effective(again)), values(yaml));
}

TEST(ConfigRender, DefaultsLoadToTheSame) { expect_round_trip(load("").config); }

TEST(ConfigRender, SetValuesLoadToTheSame) {
  expect_round_trip(load(R"(
routes: null
attributes:
  rename_unresolved_hosts: ""
  select:
    "*": {include: ["http.*", 'quo"te']}
filter: {application: {url.path: {not_match: "/$${HOME}/*"}}}
discovery:
  default_exclude_instrument: []
  instrument: [{exe_path: 'a: b #c', open_ports: "80,90"}]
service_name: "null"
service_namespace: "-x\ty\\z\u00e9"
prometheus_export: {buckets: [0.5, 1]}
)")
                        .config);
}

TEST(ConfigRender, EveryValueSaysWhereItComesFrom) {
  const std::string yaml = render_effective(
      load("ebpf:\n  batch_length: 7\n", {{"OTEL_EBPF_TRACE_PRINTER", "text"}}).config);
  EXPECT_THAT(yaml, HasSubstr("  batch_length: 7  # config:2\n"));
  EXPECT_THAT(yaml, HasSubstr("trace_printer: text  # env OTEL_EBPF_TRACE_PRINTER\n"));
  EXPECT_THAT(yaml, HasSubstr("  wakeup_len: 500  # default\n"));
}

TEST(ConfigRender, SecretsStayInside) {
  const Config config = load("", {{"OTEL_EXPORTER_OTLP_HEADERS", "authorization=hush-1"},
                                  {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x=hush-2"},
                                  {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://me:hush-3@c:1/p"},
                                  {"OTEL_EXPORTER_OTLP_ENDPOINT", "me:hush-4@c:1"}})
                            .config;
  for (const std::string& text : {render_effective(config), render_json(config)}) {
    EXPECT_THAT(text, AllOf(Not(HasSubstr("hush")), HasSubstr("***"), HasSubstr("c:1/p")));
  }
}

TEST(ConfigRender, JsonHoldsTheSameAsYaml) {
  const Config config =
      load("ebpf: {batch_length: 7}\nservice_name: \"a\\\"b\\n\"\nroutes:\n").config;
  const YAML::Node json = YAML::Load(render_json(config));
  EXPECT_EQ(json["ebpf"]["batch_length"].as<int>(), 7);
  EXPECT_EQ(json["service_name"].as<std::string>(), "a\"b\n");
  EXPECT_TRUE(json["routes"].IsNull());
  EXPECT_EQ(render_json(config).find('\n'), render_json(config).size() - 1);
}

TEST(ConfigRender, HelpNamesWhatHasAnEffectAndNothingElse) {
  const std::string help = render_help();
  EXPECT_THAT(help,
              AllOf(HasSubstr("OTEL_EBPF_TRACE_PRINTER"), HasSubstr("otel_traces_export.endpoint"),
                    Not(HasSubstr("OTEL_EBPF_NETWORK_SOURCE"))));
}

TEST(ConfigRender, TheDocumentHasEveryKeyAndVariable) {
  const std::string document = render_documentation();
  for (const Key& key : keys()) {
    if (!key.is(kEnvironmentOnly)) {
      EXPECT_THAT(document, HasSubstr("`" + std::string(key.path) + "`"));
    }
    for (const std::string& name : split_list(key.env)) {
      EXPECT_THAT(document, HasSubstr("`" + name + "`"));
    }
  }
}

}  // namespace
}  // namespace obi::config
