// SPDX-License-Identifier: Apache-2.0
#include "metrics/attribute_selection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "metrics/catalogue.hpp"

namespace obi::metrics {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using Names = std::vector<std::string_view>;

constexpr std::array kKnown = {
    KnownAttribute{"http.request.method"}, KnownAttribute{"http.response.status_code"},
    KnownAttribute{"http.route"},          KnownAttribute{"server.port"},
    KnownAttribute{"url.path", false},
};
constexpr std::string_view kSection = "http.server.request.duration";
const Names kDefaults = {"http.request.method", "http.response.status_code", "http.route",
                         "server.port"};

struct Case {
  const char* about;
  AttributeSelection::Sections sections;
  Names expected;
};

class Selection : public testing::TestWithParam<Case> {};

TEST_P(Selection, Selects) {
  EXPECT_EQ(AttributeSelection(GetParam().sections).select(kSection, kKnown), GetParam().expected)
      << GetParam().about;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Selection,
    testing::Values(
        Case{"no section", {}, kDefaults},
        Case{"another metric's", {{"http.client.*", {{"url.path"}, {}}}}, kDefaults},
        Case{"include replaces the defaults",
             {{"http.server.request.duration", {{"url.path"}, {}}}},
             {"url.path"}},
        Case{"the Prometheus name is the same key",
             {{"http_server_request_duration_seconds", {{"url.path"}, {}}}},
             {"url.path"}},
        Case{"and so is that of its buckets",
             {{"http_server_request_duration_seconds_bucket", {{"url.path"}, {}}}},
             {"url.path"}},
        Case{"of its count",
             {{"http.server.request.duration_count", {{"url_path"}, {}}}},
             {"url.path"}},
        Case{
            "of its sum", {{"http.server.request.duration.sum", {{"url.path"}, {}}}}, {"url.path"}},
        Case{"exclude takes from the defaults",
             {{"http.server.request.duration", {{}, {"http.*"}}}},
             {"server.port"}},
        Case{"exclude in the other notation",
             {{"http.server.request.duration", {{}, {"http_route"}}}},
             {"http.request.method", "http.response.status_code", "server.port"}},
        Case{
            "exclude wins over include", {{"*", {{"*"}, {"http.*"}}}}, {"server.port", "url.path"}},
        Case{"include of everything",
             {{"*", {{"*"}, {}}}},
             {"http.request.method", "http.response.status_code", "http.route", "server.port",
              "url.path"}},
        Case{"what is unknown can't be added", {{"*", {{"db.query.text"}, {}}}}, {}},
        Case{"an empty section stands for the defaults", {{"*", {}}}, kDefaults},
        Case{"the broad key comes first, the narrow one adds",
             {{"*", {{}, {"*"}}}, {"http.server.*", {{"url.path"}, {}}}},
             {"url.path"}},
        Case{"only the first section starts from the defaults",
             {{"*", {{"url.path"}, {}}}, {"http.*", {{}, {"server.port"}}}},
             {"url.path"}},
        Case{"a later exclude takes away what an earlier include gave",
             {{"*", {{"url.path", "http.route"}, {}}}, {"http.*", {{}, {"url.*"}}}},
             {"http.route"}},
        Case{"a later include brings back what an earlier exclude took",
             {{"*", {{}, {"http.*"}}}, {"http.server.*", {{"http.route"}, {}}}},
             {"http.route", "server.port"}},
        Case{"keys apply in byte order, not in that of length",
             {{"http.server.request.duration", {{}, {"url.path"}}},
              {"http.server.*", {{"url.path", "http.route"}, {}}}},
             {"http.route"}},
        Case{"a malformed key matches nothing", {{"http.[", {{"url.path"}, {}}}}, kDefaults},
        Case{"a malformed include includes nothing", {{"*", {{"http.["}, {}}}}, {}},
        Case{"resource is no metric", {{"resource", {{"url.path"}, {}}}}, kDefaults},
        Case{"? is one character",
             {{"http.??????.request.duration", {{"url.path"}, {}}}},
             {"url.path"}},
        Case{"a class", {{"http.[sc]*.request.duration", {{"url.path"}, {}}}}, {"url.path"}}));

TEST(Selection, KeysLoseOneKindAndOneUnit) {
  EXPECT_EQ(AttributeSelection::normalise_key("http_server_request_body_size_bytes"),
            "http.server.request.body.size");
  EXPECT_EQ(AttributeSelection::normalise_key("gpu.cuda.memory.allocations_bytes_total"),
            "gpu.cuda.memory.allocations");
  EXPECT_EQ(AttributeSelection::normalise_key("a.count.count"), "a.count");
  EXPECT_EQ(AttributeSelection::normalise_key("a.total.seconds"), "a.total");
  EXPECT_EQ(AttributeSelection::normalise_key("traces"), "traces");
}

TEST(Selection, TracesHaveTwoOptionalAttributesByDefault) {
  EXPECT_THAT(AttributeSelection().trace_attributes(),
              ElementsAre("dns.question.name", "url.query"));
}

TEST(Selection, AnIncludeForTracesDropsTheirDefaults) {
  const AttributeSelection selection({{"traces", {{"db.query.text"}, {}}}});
  EXPECT_THAT(selection.trace_attributes(), ElementsAre("db.query.text"));
}

TEST(Selection, AGlobDoesNotSelectWhatMustBeNamed) {
  const AttributeSelection all({{"traces", {{"*"}, {}}}});
  EXPECT_THAT(all.trace_attributes(), Contains("gen_ai.input.messages"));
  EXPECT_THAT(all.trace_attributes(), Not(Contains("gen_ai.tool.call.arguments")));
  EXPECT_THAT(all.trace_attributes(), Not(Contains("gen_ai.tool.call.result")));
  EXPECT_THAT(all.trace_attributes(), Not(Contains("gen_ai.response.error")));

  const AttributeSelection named({{"traces", {{"gen_ai_tool_call_result"}, {}}}});
  EXPECT_THAT(named.trace_attributes(), ElementsAre("gen_ai.tool.call.result"));
}

TEST(Selection, ResourceKeepsEverythingByDefault) {
  EXPECT_TRUE(AttributeSelection().keeps_resource_attribute("host.id"));
}

TEST(Selection, ResourceExcludesFirst) {
  const AttributeSelection selection({{"resource", {{"host.*"}, {"host.id"}}}});
  EXPECT_TRUE(selection.keeps_resource_attribute("host.name"));
  EXPECT_FALSE(selection.keeps_resource_attribute("host.id"));
  EXPECT_FALSE(selection.keeps_resource_attribute("os.type"));
}

TEST(Selection, AStarAmongTheIncludesOfResourceKeepsTheRest) {
  const AttributeSelection selection({{"resource", {{"host.name", "*"}, {"os.*"}}}});
  EXPECT_TRUE(selection.keeps_resource_attribute("cloud.region"));
  EXPECT_FALSE(selection.keeps_resource_attribute("os.type"));
}

TEST(Selection, TheResourceSectionIsNoGlobOfMetrics) {
  const AttributeSelection selection({{"*", {{}, {"*"}}}});
  EXPECT_TRUE(selection.keeps_resource_attribute("host.name"));
}

Names defaults_of(std::string_view metric, const ActiveGroups& active) {
  for (const auto& info : span_metrics()) {
    if (info.name == metric) {
      return AttributeSelection().select(metric, known_attributes(info, active));
    }
  }
  return {};
}

TEST(Catalogue, HttpServerMetricsHaveTheirDefaultAttributes) {
  EXPECT_THAT(defaults_of("http.server.request.duration", {}),
              ElementsAre("error.type", "http.request.method", "http.response.status_code",
                          "http.route", "server.address", "server.port", "service.name",
                          "service.namespace", "url.scheme"));
}

TEST(Catalogue, HttpRouteNeedsARoutesSection) {
  EXPECT_THAT(defaults_of("http.client.request.body.size", {.http_route = false}),
              ElementsAre("error.type", "http.request.method", "http.response.status_code",
                          "server.address", "server.port", "service.name", "service.namespace",
                          "url.scheme"));
}

TEST(Catalogue, PrometheusAddsInstanceAndJob) {
  const auto names = defaults_of("http.client.request.duration", {.prometheus = true});
  EXPECT_THAT(names, Contains("instance"));
  EXPECT_THAT(names, Contains("job"));
}

TEST(Catalogue, KubernetesAddsThePodAndContainerIdIsOptIn) {
  EXPECT_THAT(defaults_of("http.server.request.duration", {.kubernetes = true}),
              Contains("k8s.pod.name"));
  const auto docker = defaults_of("http.server.request.duration", {.container = true});
  EXPECT_THAT(docker, Contains("container.name"));
  EXPECT_THAT(docker, Not(Contains("container.id")));
}

}  // namespace
}  // namespace obi::metrics
