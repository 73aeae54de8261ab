// SPDX-License-Identifier: Apache-2.0
// The hot path's promise: recording into a series that exists allocates nothing.
#include <gtest/gtest.h>

#include "metrics/aggregator.hpp"
#include "metrics/span_fixture.hpp"
#include "support/allocation_count.hpp"

namespace obi::metrics {
namespace {

model::Span span_of_turn(std::size_t turn, const model::ServiceRef& service) {
  static constexpr model::DatabaseCall kDatabase = {.system = "microsoft.sql_server"};
  static constexpr model::MessagingCall kMessaging = {.system = "kafka"};
  static constexpr model::RpcCall kRpc = {.program = "nfs"};
  switch (turn % 5) {
    case 0: return server_span(service);
    case 1: return client_span(service);
    case 2: return database_span(model::EventType::kSqlClient, service, kDatabase);
    case 3: return message_span(model::EventType::kKafkaClient, service, "publish", kMessaging);
    default: break;
  }
  auto span = call_span(model::EventType::kSunRpcServer, service, "invalid\xff", "nfs");
  span.rpc = &kRpc;
  return span;
}

/// Allocations made by recording known series, with every attribute selected.
std::uint64_t allocations_of_recording(AggregatorOptions options) {
  options.selection = AttributeSelection({{"*", {{"*"}, {}}}});
  options.exemplar_filter = ExemplarFilter::kAlwaysOn;
  Aggregator aggregator(std::move(options));
  auto service = test_service("a service whose name fits no small string");
  model::SpanBatch batch;
  for (std::size_t i = 0; i < 100; ++i) {
    auto span = span_of_turn(i, service);
    span.trace_id.bytes[0] = 1;
    span.status = static_cast<int>(200 + i);
    span.end_ns += i * i * 100'000;
    span.server_name = "";  // composed: an address
    span.server.address.bytes[15] = 1;
    span.client_name = i % 3 == 0 ? "invalid\xff" : "a peer with a rather long name";
    span.other_namespace = "elsewhere";
    batch.spans.push_back(span);
  }
  const auto now = Instant::now();
  aggregator.record(batch, now);
  const auto before = support::allocation_count();
  for (int i = 0; i < 10; ++i) aggregator.record(batch, now);
  return support::allocation_count() - before;
}

TEST(RecordingAKnownSeries, AllocatesNothing) {
  EXPECT_EQ(allocations_of_recording({}), 0U);
  EXPECT_EQ(allocations_of_recording({.exponential_histograms = true}), 0U);
  EXPECT_EQ(allocations_of_recording({.dialect = Dialect::kPrometheus,
                                      .groups = {.kubernetes = true, .container = true}}),
            0U);
}

TEST(RecordingAKnownSeries, AllocatesNothingInAnOverflowSeries) {
  EXPECT_EQ(allocations_of_recording({.cardinality_limit = 1}), 0U);
}

TEST(RecordingANewSeries, IsSeenByTheCounter) {
  Aggregator aggregator({});
  const auto span = server_span(test_service("users"));
  const auto before = support::allocation_count();
  aggregator.record(span, Instant::now());
  EXPECT_GT(support::allocation_count(), before);
}

}  // namespace
}  // namespace obi::metrics
