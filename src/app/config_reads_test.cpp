// SPDX-License-Identifier: Apache-2.0
// A key with an effect is read by what the application makes of a configuration. A row that nothing
// reads must say so: kLater or kNoEffect.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/options.hpp"
#include "config/config_fixture.hpp"
#include "config/keys_attribute.hpp"
#include "config/keys_discovery.hpp"
#include "config/keys_otlp_metrics.hpp"
#include "config/keys_otlp_traces.hpp"
#include "config/keys_pipeline.hpp"
#include "config/keys_prometheus.hpp"
#include "config/render.hpp"

namespace obi::app {
namespace {

using config::Key;
using testing::IsEmpty;
namespace key = config::key;

/// Values by path, as they stand in YAML.
using Settings = std::map<std::string_view, std::string>;

bool is_live(const Key& key) { return !key.is(config::kLater) && !key.is(config::kNoEffect); }

/// With all exporters on, most keys are read; these need others beside them.
Settings settings_beside(const Key& key) {
  Settings settings = {{key::kOtlpTracesCommonEndpoint.path, "http://h"},
                       {key::kOtlpMetricsCommonEndpoint.path, "http://h"},
                       {key::kPrometheusPort.path, "9464"}};
  if (key.path == key::kDefaultExcludeServices.path)
    settings[key::kServices.path] = "[{exe_path: y}]";
  if (key.path == key::kOtlpTracesQueueSize.path)
    settings[key::kOtlpTracesBatchMaxSize.path] = "10";
  return settings;
}

std::string value_for(const Key& key) {
  if (key.type == config::Type::kSelectors) return "[{exe_path: x}]";
  if (key.path == key::kAttributesSelect.path) return "{traces: {include: [x]}}";
  if (key.path == key::kFilterApplication.path) return "{http.route: {match: x}}";
  return config::sample(key);
}

/// The settings as a file, but keys that a file can't have as variables.
config::Loaded load(const Settings& settings) {
  std::string yaml;
  config::Variables variables;
  std::vector<std::string> sections;  // that the end of `yaml` is in
  for (const auto& [path, value] : settings) {
    const Key& key = *config::find_key(path);
    if (key.is(config::kEnvironmentOnly)) {
      variables[config::split_list(key.env)[0]] = value;
      continue;
    }
    std::vector<std::string> parts = config::split_list(path, '.');
    std::size_t depth = 0;
    while (depth < sections.size() && sections[depth] == parts[depth]) ++depth;
    for (; depth < parts.size(); ++depth)
      yaml += "\n" + std::string(2 * depth, ' ') + parts[depth] + ":";
    yaml += key.is_structured() ? " " + value : " '" + value + "'";
    parts.pop_back();
    sections = std::move(parts);
  }
  return config::load(yaml, variables);
}

/// All that the application makes of a configuration.
std::vector<std::string> build(const config::Config& config) {
  std::vector<std::string> mistakes;
  std::vector<std::string> warnings;
  (void)log_options(config);
  (void)read_options(config, mistakes, warnings);
  return mistakes;
}

TEST(ConfigReads, EveryKeyWithAnEffectIsRead) {
  for (const Key& key : config::keys()) {
    if (!is_live(key)) continue;
    Settings settings = settings_beside(key);
    settings[key.path] = value_for(key);
    const auto [config, mistakes] = load(settings);
    ASSERT_THAT(mistakes, IsEmpty()) << key.path;
    ASSERT_NE(config.origin(key), "default") << key.path;
    EXPECT_THAT(build(config), IsEmpty()) << key.path;
    EXPECT_TRUE(config.was_read(key)) << key.path << ": nothing reads it";
  }
}

TEST(ConfigReads, LoadingAndPrintingIsNoReading) {
  const auto [config, mistakes] =
      config::load("trace_printer: text\nmetrics: {features: [network]}\n");
  (void)config::render_effective(config);
  (void)config::render_json(config);
  for (const Key& key : config::keys()) EXPECT_FALSE(config.was_read(key)) << key.path;
}

}  // namespace
}  // namespace obi::app
