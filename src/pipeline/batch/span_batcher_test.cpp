// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/span_batcher.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "pipeline/batch/endpoint_sink.hpp"
#include "pipeline/batch/failed_connect.hpp"

namespace obi::pipeline {
namespace {

using model::Reason;

class SpanBatcherTest : public testing::Test {
 protected:
  SpanBatcher batcher(const SpanBatcherOptions& options) {
    return {options, ledger_, pool_, [this](model::BatchRef&& batch) {
              sizes_.push_back(batch->spans.size());
              offsets_.push_back(batch->wall_offset_ns);
              last_ = batch->spans.back();
              batch = model::BatchRef();
            }};
  }
  model::Ledger ledger_;
  model::BatchPool pool_{4};
  std::vector<std::size_t> sizes_;
  std::vector<std::int64_t> offsets_;
  model::Span last_;
};

model::ConnectFailed refused() {
  return {.start_ns = 5,
          .end_ns = 9,
          .pid = 7,
          .error = 111,
          .local = {.address = {}, .port = 40'000},
          .remote = {.address = {}, .port = 8080}};
}

TEST_F(SpanBatcherTest, AFailedConnectIsASpanOfItsOwn) {
  auto batches = batcher({.length = 1});
  add_failed_connect(refused(), batches);
  EXPECT_EQ(sizes_, std::vector<std::size_t>{1});
  EXPECT_EQ(last_.type, model::EventType::kFailedConnect);
  EXPECT_EQ(last_.status, 111);
  EXPECT_EQ(last_.pid, 7U);
  EXPECT_TRUE(last_.trace_id.is_set() && last_.span_id.is_set());
  EXPECT_EQ(last_.server.port, 8080);
  EXPECT_EQ(last_.client.port, 40'000);
  EXPECT_EQ(last_.end_ns, 9U);
  EXPECT_EQ(ledger_.get(Reason::RequestsSeen), 1U);
  EXPECT_EQ(ledger_.get(Reason::SpansMade), 1U);
}

TEST_F(SpanBatcherTest, SpansOfDifferentMakersShareABatchAndKeepTheirOwnEnds) {
  auto batches = batcher({.length = 2});
  const model::Endpoint local{.address = {}, .port = 80};
  const model::Endpoint remote{.address = {}, .port = 50'000};
  EndpointSink connection(batches, local, remote);
  add_failed_connect(refused(), batches);
  EXPECT_TRUE(sizes_.empty());
  connection.add_span(model::EventType::kHttpServer);
  batches.flush_if_full();
  EXPECT_EQ(sizes_, std::vector<std::size_t>{2});
  EXPECT_EQ(last_.server.port, 80);
  EXPECT_EQ(last_.client.port, 50'000);
}

TEST_F(SpanBatcherTest, AFullBatchLeavesBeforeTheNextSpan) {
  auto batches = batcher({.length = 1});
  batches.add_span(model::EventType::kHttpServer);
  EXPECT_TRUE(sizes_.empty()) << "it may not be filled in yet";
  batches.add_span(model::EventType::kHttpServer);
  EXPECT_EQ(sizes_, std::vector<std::size_t>{1});
}

TEST_F(SpanBatcherTest, ABatchKeepsTheWallOffsetOfItsFirstSpan) {
  auto batches = batcher({.length = 2, .wall_offset_ns = 3});
  batches.add_span(model::EventType::kHttpServer);
  batches.set_wall_offset_ns(4);
  batches.add_span(model::EventType::kHttpServer);
  batches.flush_if_full();
  batches.add_span(model::EventType::kHttpServer);
  batches.finish();
  EXPECT_EQ(offsets_, (std::vector<std::int64_t>{3, 4}));
}

TEST_F(SpanBatcherTest, AnIncompleteBatchLeavesAfterItsTimeOut) {
  auto batches = batcher({.length = 9, .timeout = std::chrono::nanoseconds(100)});
  batches.add_span(model::EventType::kHttpServer);
  batches.on_tick(1'000);
  batches.on_tick(1'099);
  EXPECT_TRUE(sizes_.empty());
  batches.on_tick(1'100);
  EXPECT_EQ(sizes_, std::vector<std::size_t>{1});
}

}  // namespace
}  // namespace obi::pipeline
