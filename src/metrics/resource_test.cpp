// SPDX-License-Identifier: Apache-2.0
#include "metrics/resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "metrics/span_fixture.hpp"

namespace obi::metrics {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Key;
using testing::Not;
using testing::Pair;

model::AttributeValue text(std::string value) { return value; }

TEST(Resource, HasTheAgentsFacts) {
  const auto service = test_service("users");
  EXPECT_THAT(
      resource_attributes(*service, {.sdk_version = "v1", .distro_version = "v2"}, {}),
      ElementsAre(Pair("host.id", text("machine-1")), Pair("host.name", text("host")),
                  Pair("os.type", text("linux")), Pair("service.instance.id", text("host:100")),
                  Pair("service.name", text("users")), Pair("service.namespace", text("shop")),
                  Pair("telemetry.distro.name", text("opentelemetry-ebpf-instrumentation")),
                  Pair("telemetry.distro.version", text("v2")),
                  Pair("telemetry.sdk.language", text("go")),
                  Pair("telemetry.sdk.name", text("opentelemetry")),
                  Pair("telemetry.sdk.version", text("v1"))));
}

TEST(Resource, LaterSourcesWin) {
  auto service = test_service("users");
  service->metadata = {{"host.id", "of metadata"}, {"service.name", "of metadata"}};
  const ResourceOptions options{.node_metadata = {{"host.id", "of node"}, {"cloud.region", "x"}},
                                .environment = {{"cloud.region", "of environment"}}};
  const auto attributes = resource_attributes(*service, options, {});
  EXPECT_THAT(attributes, Contains(Pair("service.name", text("of metadata"))));
  EXPECT_THAT(attributes, Contains(Pair("host.id", text("of node"))));
  EXPECT_THAT(attributes, Contains(Pair("cloud.region", text("of environment"))));
}

TEST(Resource, OmitsAnEmptyNamespace) {
  auto service = test_service("users");
  service->name_space = "";
  EXPECT_THAT(resource_attributes(*service, {}, {}), Not(Contains(Key("service.namespace"))));
}

TEST(Resource, IsFilteredByItsSection) {
  const AttributeSelection selection({{"resource", {{}, {"host.*", "telemetry.*"}}}});
  EXPECT_THAT(resource_attributes(*test_service("users"), {}, selection),
              ElementsAre(Key("os.type"), Key("service.instance.id"), Key("service.name"),
                          Key("service.namespace")));
}

TEST(TargetInfo, AddsInstanceAndJobToTheResource) {
  const auto attributes = target_info_attributes(*test_service("users"), {}, {});
  EXPECT_THAT(attributes, Contains(Pair("instance", text("host:100"))));
  EXPECT_THAT(attributes, Contains(Pair("job", text("shop/users"))));
}

TEST(TargetInfo, LabelsAreTheSameForEveryService) {
  auto rich = test_service("users");
  rich->metadata = {{"k8s.pod.name", "users-1"}, {"deployment.environment", "test"}};
  auto poor = test_service("orders");
  poor->name_space = "";
  const ResourceOptions options{.extra_labels = {"deployment_environment"}};
  const ActiveGroups active{.kubernetes = true};
  const auto rich_labels = target_info_labels(*rich, options, {}, active);
  const auto poor_labels = target_info_labels(*poor, options, {}, active);
  EXPECT_TRUE(std::ranges::equal(rich_labels, poor_labels, {},
                                 &model::Attributes::value_type::first,
                                 &model::Attributes::value_type::first));
  EXPECT_THAT(rich_labels, Contains(Pair("k8s.pod.name", text("users-1"))));
  EXPECT_THAT(rich_labels, Contains(Pair("deployment.environment", text("test"))));
  EXPECT_THAT(rich_labels, Contains(Pair("source", text("obi"))));
  EXPECT_THAT(poor_labels, Contains(Pair("deployment.environment", text(""))));
  EXPECT_THAT(poor_labels, Contains(Pair("service.namespace", text(""))));
}

TEST(TargetInfo, LabelsAreFilteredLikeTheResource) {
  const AttributeSelection selection({{"resource", {{}, {"host.*"}}}});
  const auto labels = target_info_labels(*test_service("users"), {}, selection, {});
  EXPECT_THAT(labels, Not(Contains(Key("host.id"))));
  EXPECT_THAT(labels, Contains(Key("os.type")));
}

}  // namespace
}  // namespace obi::metrics
