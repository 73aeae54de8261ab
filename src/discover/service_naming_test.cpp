// SPDX-License-Identifier: Apache-2.0
#include "discover/service_naming.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>

namespace obi::discover {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Naming {
  Process process{.pid = 42, .program = {.executable = "/usr/bin/python3.11"}};
  Environ environment;
  std::vector<config::Selector> entries;
  std::map<std::string, std::string> agents;

  model::Service service() const {
    std::vector<const config::Selector*> matches;
    for (const auto& entry : entries) matches.push_back(&entry);
    const config::Environment agent = [this](const std::string& name) {
      const auto found = agents.find(name);
      return found == agents.end() ? std::nullopt : std::optional(found->second);
    };
    const HostFacts host{.name = "box", .id = "machine"};
    const std::string attributes = agent("OTEL_RESOURCE_ATTRIBUTES").value_or("");
    return name_service(process, environment, model::Language::kPython, matches,
                        {.host = host, .attributes = attributes, .environment = agent});
  }
};

TEST(NameService, TheExecutableNamesWhatHasNoOtherName) {
  const auto service = Naming{}.service();
  EXPECT_EQ(service.name, "python3.11");
  EXPECT_TRUE(service.auto_named);
  EXPECT_EQ(service.instance_id, "box:42");
  EXPECT_EQ(service.host_name, "box");
  EXPECT_EQ(service.host_id, "machine");
  EXPECT_EQ(service.pid, 42U);
  EXPECT_EQ(service.language, model::Language::kPython);
  EXPECT_EQ(service.executable, "/usr/bin/python3.11");
}

TEST(NameService, StrongerSourcesWin) {
  Naming naming;
  naming.entries = {{.name = "from-entry"}};
  EXPECT_EQ(naming.service().name, "from-entry");
  EXPECT_FALSE(naming.service().auto_named);
  naming.environment = {{"OTEL_RESOURCE_ATTRIBUTES", "service.name=from-attributes"}};
  EXPECT_EQ(naming.service().name, "from-attributes");
  naming.environment.emplace_back("OTEL_SERVICE_NAME", "from-name");
  EXPECT_EQ(naming.service().name, "from-name");
}

TEST(NameService, RemembersWhereNamesComeFrom) {
  using model::NameOrigin;
  Naming naming;
  const auto origins = [&] {
    const auto service = naming.service();
    return std::pair(service.name_origin, service.name_space_origin);
  };
  EXPECT_EQ(origins(), std::pair(NameOrigin::kExecutable, NameOrigin::kExecutable));
  naming.entries = {{.name = "a", .name_space = "b"}, {.name_space = "c"}};
  EXPECT_EQ(origins(), std::pair(NameOrigin::kSelector, NameOrigin::kSelector));
  naming.agents = {{"OTEL_RESOURCE_ATTRIBUTES", "service.namespace=agents"}};
  EXPECT_EQ(origins(), std::pair(NameOrigin::kSelector, NameOrigin::kAgentAttributes));
  naming.environment = {{"OTEL_RESOURCE_ATTRIBUTES", "service.name=own,service.namespace=$X"}};
  EXPECT_EQ(origins(), std::pair(NameOrigin::kResourceAttributes, NameOrigin::kSelector));
  naming.environment.emplace_back("OTEL_SERVICE_NAME", "own");
  EXPECT_EQ(origins(), std::pair(NameOrigin::kOwnVariable, NameOrigin::kSelector));
}

TEST(NameService, UnexpandedTemplatesAreIgnored) {
  Naming naming;
  naming.environment = {{"OTEL_SERVICE_NAME", "$NAME"},
                        {"OTEL_RESOURCE_ATTRIBUTES", "service.name=$NAME,team=x"}};
  EXPECT_EQ(naming.service().name, "python3.11");
  EXPECT_EQ(naming.service().metadata, (Pairs{{"team", "x"}}));
}

TEST(NameService, ResourceAttributesAreExpandedAndSorted) {
  Naming naming;
  naming.agents = {{"ZONE", "eu"}};
  naming.environment = {
      {"OTEL_RESOURCE_ATTRIBUTES",
       "zone=${ZONE}, service.namespace=shop ,deployment.environment=${STAGE:-test},=x,y=,z"}};
  const auto service = naming.service();
  EXPECT_EQ(service.name_space, "shop");
  EXPECT_EQ(service.metadata, (Pairs{{"deployment.environment", "test"}, {"zone", "eu"}}));
}

TEST(NameService, TheAgentsAttributesStandInForMissingOnes) {
  Naming naming;
  naming.agents = {{"OTEL_RESOURCE_ATTRIBUTES", "team=agents"}};
  EXPECT_EQ(naming.service().metadata, (Pairs{{"team", "agents"}}));
  naming.environment = {{"OTEL_RESOURCE_ATTRIBUTES", "team=own"}};
  EXPECT_EQ(naming.service().metadata, (Pairs{{"team", "own"}}));
}

TEST(NameService, ResourceAttributesArePercentDecoded) {
  Naming naming;
  naming.environment = {{"OTEL_RESOURCE_ATTRIBUTES", "service.name=my%20shop,team=a%2Cb%3Dc"}};
  const auto service = naming.service();
  EXPECT_EQ(service.name, "my shop");
  EXPECT_EQ(service.metadata, (Pairs{{"team", "a,b=c"}}));
}

TEST(NameService, AProcessGetsNoCredentialOfTheAgent) {
  Naming naming;
  naming.agents = {{"OTEL_EXPORTER_OTLP_HEADERS", "planted"}, {"https_proxy", "planted"}};
  naming.environment = {
      {"OTEL_RESOURCE_ATTRIBUTES",
       "a=x${OTEL_EXPORTER_OTLP_HEADERS},b=${https_proxy},c=${DB_PASSWORD:-none}"}};
  EXPECT_EQ(naming.service().metadata, (Pairs{{"a", "x"}, {"c", "none"}}));
}

TEST(NameService, AStatedInstanceIdIsTaken) {
  Naming naming;
  naming.environment = {{"OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=ns.pod-7.main,team=x"}};
  EXPECT_EQ(naming.service().instance_id, "ns.pod-7.main");
  EXPECT_EQ(naming.service().metadata, (Pairs{{"team", "x"}}));
  naming.environment = {{"OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=$POD"}};
  EXPECT_EQ(naming.service().instance_id, "box:42");
}

TEST(NameService, TheAgentsInstanceIdIsNotThatOfAProcess) {
  Naming naming;
  naming.agents = {{"OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=agents,team=x"}};
  EXPECT_EQ(naming.service().instance_id, "box:42");
  EXPECT_EQ(naming.service().metadata, (Pairs{{"team", "x"}}));
}

TEST(NameService, TheLastEntryThatSetsAFieldWins) {
  Naming naming;
  naming.entries.resize(3);
  naming.entries[0] = {.name = "a",
                       .name_space = "one",
                       .sampler = model::Sampler{.name = "always_on"},
                       .incoming_routes = {"/a"},
                       .features = std::vector<std::string>{"application"}};
  naming.entries[1] = {.name = "b",
                       .exports = model::ExportModes{.metrics = false, .traces = true}};
  const auto service = naming.service();
  EXPECT_EQ(service.name, "b");
  EXPECT_EQ(service.name_space, "one");
  ASSERT_TRUE(service.sampler);
  EXPECT_EQ(service.sampler->name, "always_on");
  EXPECT_FALSE(service.exports.metrics);
  EXPECT_EQ(service.incoming_routes, std::vector<std::string>{"/a"});
  EXPECT_FALSE(service.metric_features);  // the last entry sets none: the global ones count
}

TEST(HostFacts, OverridesAreTakenAsTheyAre) {
  const auto facts = read_host_facts({.override_name = "n", .override_id = "i"});
  EXPECT_EQ(facts.name, "n");
  EXPECT_EQ(facts.id, "i");
}

TEST(HostFacts, NothingWaitsLongForDns) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(read_host_facts({.resolve_by_dns = true}).name.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
  EXPECT_FALSE(read_host_facts({.resolve_by_dns = false}).name.empty());
}

}  // namespace
}  // namespace obi::discover
