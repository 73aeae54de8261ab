// SPDX-License-Identifier: Apache-2.0
// What spans become, and which are recorded.
#include "metrics/aggregator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "metrics/aggregator_fixture.hpp"
#include "metrics/span_fixture.hpp"

namespace obi::metrics {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

TEST(Aggregator, ServerSpanBecomesThreeHistograms) {
  Aggregator aggregator({}, at(0));
  auto span = server_span(test_service("users"));
  span.request_bytes = 64;
  ASSERT_TRUE(aggregator.record(span, at(11)));

  const auto snapshot = aggregator.snapshot(at(12));
  ASSERT_THAT(snapshot, SizeIs(1));
  EXPECT_EQ(snapshot[0].service, span.service);
  ASSERT_THAT(snapshot[0].metrics, SizeIs(3));
  const auto& duration = snapshot[0].metrics[0];
  EXPECT_EQ(duration.name, kDuration);
  EXPECT_EQ(duration.prometheus_name, "http_server_request_duration_seconds");
  EXPECT_EQ(duration.unit, "s");
  EXPECT_EQ(duration.type, model::MetricType::kHistogram);
  ASSERT_THAT(duration.points, SizeIs(1));
  EXPECT_DOUBLE_EQ(histogram_of(duration.points[0]).sum, 0.03);
  EXPECT_EQ(duration.points[0].start_unix_ns, at(11).unix_ns);
  EXPECT_EQ(duration.points[0].unix_ns, at(12).unix_ns);
  EXPECT_DOUBLE_EQ(histogram_of(points_of(snapshot, "http.server.request.body.size").at(0)).sum,
                   64);
  EXPECT_DOUBLE_EQ(histogram_of(points_of(snapshot, "http.server.response.body.size").at(0)).sum,
                   120);
}

TEST(Aggregator, ClientSpanGoesToTheClientMetrics) {
  Aggregator aggregator({}, at(0));
  aggregator.record(client_span(test_service("users")), at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  EXPECT_THAT(points_of(snapshot, "http.client.request.duration"), SizeIs(1));
  EXPECT_THAT(points_of(snapshot, "http.client.request.body.size"), SizeIs(1));
  EXPECT_THAT(points_of(snapshot, "http.client.response.body.size"), SizeIs(1));
  EXPECT_THAT(points_of(snapshot, kDuration), IsEmpty());
}

TEST(Aggregator, DurationBeginsWhenTheRequestReachedTheProcess) {
  Aggregator aggregator({}, at(0));
  auto span = server_span(test_service("users"));
  span.start_ns = span.request_start_ns + 20'000'000;
  aggregator.record(span, at(11));
  EXPECT_DOUBLE_EQ(histogram_of(points_of(aggregator.snapshot(at(12)), kDuration).at(0)).sum, 0.03);
}

TEST(Aggregator, OtlpPointsCarryTheDefaultAttributes) {
  Aggregator aggregator({}, at(0));
  aggregator.record(server_span(test_service("users")), at(11));
  EXPECT_THAT(
      points_of(aggregator.snapshot(at(12)), kDuration).at(0).attributes,
      ElementsAre(Pair("http.request.method", text("GET")),
                  Pair("http.response.status_code", number(200)),
                  Pair("http.route", text("/users/{id}")), Pair("server.address", text("users")),
                  Pair("server.port", number(8080)), Pair("service.name", text("users")),
                  Pair("service.namespace", text("shop")), Pair("url.scheme", text("http"))));
}

TEST(Aggregator, OtlpOmitsAMissingMethodAndKeepsAnEmptyRoute) {
  Aggregator aggregator({}, at(0));
  auto span = server_span(test_service("users"));
  span.method = "";
  span.route = "";
  aggregator.record(span, at(11));
  const auto attributes = points_of(aggregator.snapshot(at(12)), kDuration).at(0).attributes;
  EXPECT_THAT(attributes, Not(Contains(Key("http.request.method"))));
  EXPECT_THAT(attributes, Contains(Pair("http.route", text(""))));
}

TEST(Aggregator, PrometheusHasEveryLabelAndOneGroup) {
  Aggregator aggregator({.dialect = Dialect::kPrometheus, .groups = {.kubernetes = true}}, at(0));
  auto service = test_service("users", 1);
  service->metadata = {{"k8s.pod.name", "users-1"}};
  auto span = server_span(service);
  span.method = "";
  aggregator.record(span, at(11));
  aggregator.record(server_span(test_service("orders", 2)), at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  ASSERT_THAT(snapshot, SizeIs(1));
  EXPECT_EQ(snapshot[0].service, nullptr);
  const auto points = points_of(snapshot, kDuration);
  ASSERT_THAT(points, SizeIs(2));
  const bool users_first =
      std::ranges::count(points[0].attributes,
                         std::pair(std::string("instance"), text("host:1"))) == 1;
  const auto& users = points[users_first ? 0 : 1].attributes;
  EXPECT_THAT(users, Contains(Pair("http.request.method", text(""))));
  EXPECT_THAT(users, Contains(Pair("job", text("shop/users"))));
  EXPECT_THAT(users, Contains(Pair("k8s.pod.name", text("users-1"))));
  EXPECT_THAT(users, Contains(Pair("k8s.node.name", text(""))));
  EXPECT_EQ(points[0].attributes.size(), points[1].attributes.size());
}

TEST(Aggregator, PrometheusMergesServicesThatNoLabelDistinguishes) {
  Aggregator aggregator({.dialect = Dialect::kPrometheus,
                         .selection = AttributeSelection({{"*", {{"http.route"}, {}}}})},
                        at(0));
  aggregator.record(server_span(test_service("users", 1)), at(11));
  aggregator.record(server_span(test_service("orders", 2)), at(11));
  const auto points = points_of(aggregator.snapshot(at(12)), kDuration);
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(histogram_of(points[0]).count, 2U);
}

TEST(Aggregator, OtlpGroupsByServiceAndTakesItsLatestCopy) {
  Aggregator aggregator({}, at(0));
  const auto first = test_service("users", 1);
  const auto richer = std::make_shared<model::Service>(*first);
  richer->metadata = {{"service.version", "2"}};
  aggregator.record(server_span(first), at(11));
  aggregator.record(server_span(richer), at(11));
  aggregator.record(server_span(test_service("users", 2)), at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  ASSERT_THAT(snapshot, SizeIs(2));
  std::vector<std::uint64_t> counts;
  for (const auto& entry : snapshot) {
    counts.push_back(histogram_of(entry.metrics.at(0).points.at(0)).count);
    if (entry.service->instance_id == "host:1") {
      EXPECT_EQ(entry.service, richer);
    }
  }
  EXPECT_THAT(counts, UnorderedElementsAre(1, 2));
}

TEST(Aggregator, MetricsMaySelectDifferentAttributes) {
  Aggregator aggregator({.selection = AttributeSelection({{kDuration.data(), {{"url.path"}, {}}}})},
                        at(0));
  auto span = server_span(test_service("users"));
  aggregator.record(span, at(11));
  span.path = "/users/8";
  aggregator.record(span, at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  EXPECT_THAT(points_of(snapshot, kDuration), SizeIs(2));
  EXPECT_THAT(points_of(snapshot, "http.server.request.body.size"), SizeIs(1));
  EXPECT_EQ(total_count(snapshot, "http.server.request.body.size"), 2U);
}

TEST(Aggregator, UnnamedAddressesAreRenamed) {
  Aggregator aggregator({.selection = AttributeSelection({{"*", {{"*.address"}, {}}}})}, at(0));
  auto span = server_span(test_service("users"));
  span.server_name = "10.0.0.1";
  span.client_name = "10.0.0.2";
  aggregator.record(span, at(11));
  auto client = client_span(span.service);
  client.server_name = "fd00::1";
  aggregator.record(client, at(11));
  const auto snapshot = aggregator.snapshot(at(12));
  EXPECT_THAT(points_of(snapshot, kDuration).at(0).attributes,
              ElementsAre(Pair("client.address", text("incoming")),
                          Pair("server.address", text("unresolved"))));
  EXPECT_THAT(points_of(snapshot, "http.client.request.duration").at(0).attributes,
              ElementsAre(Pair("server.address", text("outgoing"))));
}

TEST(Aggregator, ClientsReportTheHostTheyAskedFor) {
  const auto server_of = [](std::string_view host_header, const model::UnresolvedNames& rename) {
    Aggregator aggregator(
        {.selection = AttributeSelection({{"*", {{"server.address"}, {}}}}), .rename = rename},
        at(0));
    auto span = client_span(test_service("users"));
    span.host_header = host_header;
    aggregator.record(span, at(11));
    return points_of(aggregator.snapshot(at(12)), "http.client.request.duration")
        .at(0)
        .attributes.at(0)
        .second;
  };
  EXPECT_EQ(server_of("shop.example:8080", {}), text("shop.example"));
  EXPECT_EQ(server_of("10.0.0.1:8080", {}), text("outgoing"));
  EXPECT_EQ(server_of("[fd00::1]:8080", {}), text("outgoing"));
  EXPECT_EQ(server_of("", {}), text("users"));
  EXPECT_EQ(server_of("10.0.0.1:8080", {.outgoing = ""}), text("10.0.0.1"));
}

TEST(Aggregator, ValuesThatDifferOnlyInInvalidBytesAreOneSeries) {
  Aggregator aggregator({}, at(0));
  auto span = server_span(test_service("users"));
  span.server_name =
      "us\xff"
      "ers";
  aggregator.record(span, at(11));
  span.server_name = "users";
  aggregator.record(span, at(11));
  const auto points = points_of(aggregator.snapshot(at(12)), kDuration);
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_THAT(points[0].attributes, Contains(Pair("server.address", text("users"))));
}

TEST(Aggregator, UnwantedSpansAreNotRecorded) {
  Aggregator aggregator({}, at(0));
  auto span = server_span(test_service("users"));
  span.ignore_metrics = true;
  EXPECT_FALSE(aggregator.record(span, at(1)));

  span = server_span(nullptr);
  EXPECT_FALSE(aggregator.record(span, at(1)));

  auto service = test_service("users");
  service->exports.metrics = false;
  EXPECT_FALSE(aggregator.record(server_span(service), at(1)));

  span = server_span(test_service("users"));
  span.type = model::EventType::kNone;
  EXPECT_FALSE(aggregator.record(span, at(1)));
  EXPECT_THAT(aggregator.snapshot(at(2)), IsEmpty());
}

TEST(Aggregator, InstrumentationsSelectProtocols) {
  Aggregator aggregator({.instrumentations = {"grpc", "sql"}}, at(0));
  EXPECT_FALSE(aggregator.record(server_span(test_service("users")), at(1)));
  Aggregator with_http({.instrumentations = {"grpc", "http"}}, at(0));
  EXPECT_TRUE(with_http.record(server_span(test_service("users")), at(1)));
}

TEST(Aggregator, FeaturesOfAServiceOverrideTheGlobalOnes) {
  Aggregator off({.features = {"network"}}, at(0));
  EXPECT_FALSE(off.record(server_span(test_service("plain")), at(1)));
  auto on_service = test_service("users");
  on_service->metric_features = std::vector<std::string>{"application"};
  EXPECT_TRUE(off.record(server_span(on_service), at(1)));

  Aggregator on({.features = {"*"}}, at(0));
  EXPECT_TRUE(on.record(server_span(test_service("plain")), at(1)));
  auto off_service = test_service("users");
  off_service->metric_features = std::vector<std::string>{"application_span"};
  EXPECT_FALSE(on.record(server_span(off_service), at(1)));
}

TEST(Aggregator, ExemplarsFollowTheFilter) {
  const auto exemplars_with = [](ExemplarFilter filter, std::uint8_t flags) {
    Aggregator aggregator({.exemplar_filter = filter}, at(0));
    auto span = server_span(test_service("users"));
    span.trace_id.bytes[3] = 7;
    span.span_id.bytes[1] = 9;
    span.trace_flags = flags;
    aggregator.record(span, at(11));
    return points_of(aggregator.snapshot(at(12)), kDuration).at(0).exemplars;
  };
  EXPECT_THAT(exemplars_with(ExemplarFilter::kAlwaysOff, 1), IsEmpty());
  EXPECT_THAT(exemplars_with(ExemplarFilter::kTraceBased, 0), IsEmpty());
  EXPECT_THAT(exemplars_with(ExemplarFilter::kAlwaysOn, 0), SizeIs(1));
  const auto sampled = exemplars_with(ExemplarFilter::kTraceBased, 1);
  ASSERT_THAT(sampled, SizeIs(1));
  EXPECT_EQ(sampled[0].trace_id.bytes[3], 7);
  EXPECT_EQ(sampled[0].span_id.bytes[1], 9);
  EXPECT_DOUBLE_EQ(sampled[0].value, 0.03);
  EXPECT_EQ(sampled[0].unix_ns, 10 * kSecond_ns + 30'000'000 + kWallOffset_ns);
}

TEST(Aggregator, RecordsWholeBatches) {
  Aggregator aggregator({}, at(0));
  model::SpanBatch batch;
  batch.spans = {server_span(test_service("users")), client_span(test_service("users")),
                 server_span(nullptr)};
  EXPECT_EQ(aggregator.record(batch, at(11)), 2U);
}

TEST(Aggregator, TargetInfoLivesAsLongAsItsProcesses) {
  Aggregator aggregator({}, at(0));
  const auto first = test_service("users", 1);
  auto second = test_service("users", 2);
  second->instance_id = first->instance_id;
  aggregator.on_service_added(first, at(5));
  aggregator.on_service_added(second, at(6));
  auto points = points_of(aggregator.snapshot(at(10)), "target.info");
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(std::get<std::int64_t>(points[0].value), 1);
  EXPECT_EQ(points[0].start_unix_ns, at(5).unix_ns);
  EXPECT_THAT(points[0].attributes, Contains(Pair("job", text("shop/users"))));
  EXPECT_THAT(points[0].attributes, Contains(Pair("telemetry.sdk.language", text("go"))));

  aggregator.on_service_removed(first);
  EXPECT_THAT(points_of(aggregator.snapshot(at(10'000)), "target.info"), SizeIs(1));
  aggregator.on_service_removed(second);
  EXPECT_THAT(aggregator.snapshot(at(10'001)), IsEmpty());
}

TEST(Aggregator, TargetInfoIsOfNoServiceAndTakesLaterMetadata) {
  Aggregator aggregator({}, at(0));
  auto service = test_service("users", 1);
  aggregator.on_service_added(service, at(5));
  auto richer = std::make_shared<model::Service>(*service);
  richer->metadata = {{"service.version", "2"}};
  aggregator.on_service_added(richer, at(6));
  const auto snapshot = aggregator.snapshot(at(10));
  ASSERT_THAT(snapshot, SizeIs(1));
  EXPECT_EQ(snapshot[0].service, nullptr);
  EXPECT_THAT(points_of(snapshot, "target.info").at(0).attributes,
              Contains(Pair("service.version", text("2"))));
}

TEST(Aggregator, ServicesWithoutMetricsHaveNoTargetInfo) {
  Aggregator aggregator({}, at(0));
  auto service = test_service("users");
  service->exports.metrics = false;
  aggregator.on_service_added(service, at(5));
  EXPECT_THAT(aggregator.snapshot(at(10)), IsEmpty());
}

TEST(Aggregator, CountsEverySpanWhileOthersReadIt) {
  Aggregator aggregator({.temporality = Temporality::kDelta}, at(0));
  constexpr int kSpans = 20'000;
  std::thread recorder([&] {
    const auto service = test_service("users");
    auto span = server_span(service);
    for (int i = 0; i < kSpans; ++i) {
      span.status = 200 + i % 5;
      aggregator.record(span, at(11));
    }
  });
  std::uint64_t seen = 0;
  while (seen < kSpans) seen += total_count(aggregator.snapshot(at(12)), kDuration);
  recorder.join();
  EXPECT_EQ(seen + total_count(aggregator.snapshot(at(13)), kDuration), std::uint64_t{kSpans});
}

}  // namespace
}  // namespace obi::metrics
