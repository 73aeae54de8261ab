// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/routes.hpp"

#include <gtest/gtest.h>

namespace obi::pipeline {
namespace {

std::string match(const std::vector<std::string>& patterns, std::string_view path) {
  return std::string(PatternMatcher(patterns).match(path));
}

TEST(PatternMatcher, MatchesParametersPrefixesAndTheRest) {
  EXPECT_EQ(match({"/user/:id"}, "/user/7"), "/user/:id");
  EXPECT_EQ(match({"/user/{id}/x"}, "/user/7/x/"), "/user/{id}/x");
  EXPECT_EQ(match({"/user/:id"}, "/user"), "");
  EXPECT_EQ(match({"/user/:id"}, "/user/7/8"), "");
  EXPECT_EQ(match({"/@:user"}, "/@bob"), "/@:user");
  EXPECT_EQ(match({"/@:user"}, "/@"), "");
  EXPECT_EQ(match({"/a/*"}, "/a/b/c"), "/a/*");
  EXPECT_EQ(match({"/a/*"}, "/a"), "/a/*");
}

TEST(PatternMatcher, LiteralsBeatParametersAndEarlierPatternsWin) {
  EXPECT_EQ(match({"/user/:id", "/user/me"}, "/user/me"), "/user/me");
  EXPECT_EQ(match({"/user/*", "/user/:id"}, "/user/7"), "/user/:id");
  EXPECT_EQ(match({"/user/:a", "/user/:b"}, "/user/7"), "/user/:a");
}

TEST(RouteTrie, APlaceWithTooManySegmentsBecomesTheWildcard) {
  RouteTrie trie(3, '*');
  std::string out;
  for (const char* path : {"/shop/a", "/shop/b", "/shop/c"}) {
    trie.insert(path, out);
    EXPECT_EQ(out, path);
  }
  trie.insert("/shop/d", out);
  EXPECT_EQ(out, "/shop/*");
  trie.insert("/shop/a", out);
  EXPECT_EQ(out, "/shop/*");
}

TEST(RouteTrie, StaysBoundedWithoutALimitOfItsOwn) {
  RouteTrie trie(0, '*');
  std::string out;
  for (int i = 0; i < 20'000; ++i) trie.insert("/p/" + std::to_string(i) + "/q", out);
  EXPECT_EQ(out, "/p/*/*");
}

class RoutesStage : public testing::Test {
 protected:
  std::string route_of(RoutesOptions options, std::string_view path,
                       model::EventType type = model::EventType::kHttpServer,
                       model::ServiceRef service = std::make_shared<model::Service>()) {
    Routes routes(std::move(options));
    batch_.spans.emplace_back();
    model::Span& span = batch_.spans.back();
    span.type = type;
    span.path = path;
    span.service = std::move(service);
    routes.process(batch_);
    const std::string route(span.route);
    last_ = span;
    batch_.clear();
    return route;
  }
  model::SpanBatch batch_;
  model::Span last_;
};

TEST_F(RoutesStage, EachUnmatchedModeDoesWhatItSays) {
  EXPECT_EQ(route_of({.unmatched = Unmatched::kUnset}, "/a/1"), "");
  EXPECT_EQ(route_of({.unmatched = Unmatched::kPath}, "/a/1"), "/a/1");
  EXPECT_EQ(route_of({.unmatched = Unmatched::kWildcard}, "/a/1"), "/**");
  EXPECT_EQ(route_of({.unmatched = Unmatched::kHeuristic, .wildcard = '#'}, "/a/1"), "/a/#");
  EXPECT_EQ(route_of({.unmatched = Unmatched::kLowCardinality}, "/a/1"), "/a/*");
}

TEST_F(RoutesStage, PatternsComeBeforeTheServicesOwnAndThoseBeforeTheRest) {
  auto service = std::make_shared<model::Service>();
  service->incoming_routes = {"/in/:x", "/both/:x"};
  service->outgoing_routes = {"/out/:x"};
  EXPECT_EQ(
      route_of({.patterns = {"/both/{y}"}}, "/both/1", model::EventType::kHttpServer, service),
      "/both/{y}");
  EXPECT_EQ(route_of({}, "/in/1", model::EventType::kHttpServer, service), "/in/:x");
  EXPECT_EQ(route_of({}, "/out/1", model::EventType::kHttpClient, service), "/out/:x");
  EXPECT_EQ(route_of({}, "/out/1", model::EventType::kHttpServer, service), "/out/*");
}

TEST_F(RoutesStage, IgnoredPatternsMarkTheSpan) {
  route_of({.ignored_patterns = {"/health"}}, "/health");
  EXPECT_TRUE(last_.ignore_metrics && last_.ignore_traces);
  route_of({.ignored_patterns = {"/health"}, .ignore_mode = IgnoreMode::kTraces}, "/health");
  EXPECT_TRUE(!last_.ignore_metrics && last_.ignore_traces);
  route_of({.ignored_patterns = {"/health"}}, "/other");
  EXPECT_TRUE(!last_.ignore_metrics && !last_.ignore_traces);
}

}  // namespace
}  // namespace obi::pipeline
