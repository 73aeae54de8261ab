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

TEST(PatternMatcher, ALiteralBranchIsFinalAndParametersGoBack) {
  EXPECT_EQ(match({"/a/b/c", "/a/:x/d"}, "/a/b/d"), "");
  EXPECT_EQ(match({"/a/b/c", "/a/:x/d"}, "/a/e/d"), "/a/:x/d");
  EXPECT_EQ(match({"/a/:x/c", "/a/{y}/d"}, "/a/7/d"), "/a/{y}/d");
  EXPECT_EQ(match({"/a/@:x/c", "/a/:x/d", "/a/*"}, "/a/@b/e"), "/a/*");
  EXPECT_EQ(match({"/a/@:x/c", "/a/:x/d", "/a/*"}, "/a/@b/d"), "/a/:x/d");
}

TEST(PatternMatcher, SlashesAtTheEndsMeanNothingAndEmptySegmentsAreNoParameters) {
  EXPECT_EQ(match({"a/b/"}, "/a/b"), "a/b/");
  EXPECT_EQ(match({"/"}, "/"), "/");
  EXPECT_EQ(match({"/"}, "/a"), "");
  EXPECT_EQ(match({"*"}, "/"), "*");
  EXPECT_EQ(match({"/a/:x/b"}, "/a//b"), "");
  EXPECT_EQ(match({"/a/*/ignored"}, "/a/b"), "/a/*/ignored");
  EXPECT_EQ(match({}, "/a"), "");
}

TEST(RouteTrie, AWildcardThatBecameTooWideCollapsesToo) {
  RouteTrie trie(2, '*');
  std::string out;
  for (const char* path : {"/a/p", "/a/q", "/b/r", "/b/s"}) trie.insert(path, out);
  trie.insert("/c/p", out);
  EXPECT_EQ(out, "/*/*");
}

TEST(RouteTrie, AMethodInFrontIsLeftOut) {
  RouteTrie trie(3, '*');
  std::string out;
  trie.insert("GET /shop/cart", out);
  EXPECT_EQ(out, "/shop/cart");
  trie.insert("", out);
  EXPECT_EQ(out, "/");
}

TEST(RouteTrie, SegmentsOfAnyLengthTakeBoundedMemory) {
  RouteTrie trie(10, '*');
  std::string out;
  trie.insert("/a/" + std::string(RouteTrie::kMaxSegmentBytes + 1, 'e') + "/b", out);
  EXPECT_EQ(out, "/a/*/b");
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
  EXPECT_LE(trie.nodes(), RouteTrie::kMaxNodes);
}

// What is counted must be what is there, else collapsing would use up the limit.
TEST(RouteTrie, CollapsingGivesNodesBack) {
  RouteTrie trie(3, '*');
  std::string out;
  for (int a = 0; a < 20; ++a) {
    for (int b = 0; b < 20; ++b) {
      for (int c = 0; c < 20; ++c) {
        trie.insert("/" + std::to_string(a) + "/" + std::to_string(b) + "/" + std::to_string(c),
                    out);
      }
    }
  }
  EXPECT_EQ(out, "/*/*/*");
  EXPECT_EQ(trie.nodes(), 4U);
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

TEST_F(RoutesStage, ServicesOfTheSameNameKeepTheirOwnPatterns) {
  const auto with = [](std::string pattern) {
    auto service = std::make_shared<model::Service>();
    service->name = "shop";
    service->incoming_routes = {std::move(pattern)};
    return service;
  };
  Routes routes({});
  batch_.spans.resize(2);
  for (model::Span& span : batch_.spans) {
    span.type = model::EventType::kHttpServer;
    span.path = "/a/7";
  }
  batch_.spans[0].service = with("/a/:x");
  batch_.spans[1].service = with("/a/:y");
  routes.process(batch_);
  EXPECT_EQ(batch_.spans[0].route, "/a/:x");
  EXPECT_EQ(batch_.spans[1].route, "/a/:y");
}

TEST_F(RoutesStage, ServicesWithoutEndAreForgotten) {
  Routes routes({.unmatched = Unmatched::kLowCardinality, .max_segment_cardinality = 1});
  const auto route_for = [&](const std::string& name, std::string_view path) {
    auto service = std::make_shared<model::Service>();
    service->name = name;
    service->incoming_routes = {"/own/:x"};
    batch_.clear();
    batch_.spans.resize(1);
    batch_.spans[0].type = model::EventType::kHttpServer;
    batch_.spans[0].path = path;
    batch_.spans[0].service = service;
    routes.process(batch_);
    batch_.spans[0].service = nullptr;
    EXPECT_LE(service.use_count(), 2);
    return std::pair(std::string(batch_.spans[0].route), std::weak_ptr<model::Service>(service));
  };
  const auto first = route_for("first", "/users").second;
  EXPECT_EQ(route_for("first", "/orders").first, "/*");
  for (std::size_t i = 0; i < Routes::kMaxServices; ++i) route_for(std::to_string(i), "/users");
  EXPECT_EQ(route_for("first", "/orders").first, "/orders") << "its trie is forgotten";
  EXPECT_TRUE(first.expired()) << "nor is its service held";
}

TEST_F(RoutesStage, ARouteThatIsKnownAlreadyIsKept) {
  Routes routes({.patterns = {"/a/:x"}});
  batch_.spans.resize(1);
  batch_.spans[0].path = "/a/7";
  batch_.spans[0].route = "/a/{id}";
  routes.process(batch_);
  EXPECT_EQ(batch_.spans[0].route, "/a/{id}");
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
