// SPDX-License-Identifier: Apache-2.0
// The hot path's promise: a connection in steady state allocates nothing per exchange.
#include <gtest/gtest.h>

#include <string>

#include "protocol/http1/conversation.hpp"
#include "support/allocation_count.hpp"

namespace obi::protocol::http1 {
namespace {

class CountingSink final : public SpanSink {
 public:
  RequestIdentity begin(const RequestOrigin& origin, std::uint64_t) override {
    return identify(origin, ids_);
  }
  model::Span& add_span(model::EventType) override {
    ++spans;
    arena_.reset();
    return span_ = {};
  }
  base::Arena& arena() override { return arena_; }
  void note(Note, std::uint64_t) override {}
  void request_stream() override {}
  std::uint64_t spans = 0;

 private:
  model::Span span_;
  base::Arena arena_;
  model::IdSource ids_{1};
};

struct Exchange {
  std::string request;
  std::string response;
  std::uint64_t spans = 1;
};

void feed(Http1Conversation& conversation, SpanSink& sink, const Exchange& exchange) {
  static std::uint64_t now_ns = 0;
  Chunk chunk{.bytes = std::as_bytes(std::span(exchange.request))};
  chunk.start_ns = chunk.end_ns = ++now_ns;
  conversation.on_chunk(chunk, sink);
  chunk.direction = model::Direction::kSend;
  chunk.bytes = std::as_bytes(std::span(exchange.response));
  conversation.on_chunk(chunk, sink);
}

void expect_no_allocation(const Exchange& exchange) {
  const State state;
  Http1Conversation conversation(state);
  CountingSink sink;
  for (int i = 0; i < 100; ++i) feed(conversation, sink, exchange);
  const std::uint64_t before = support::allocation_count();
  for (int i = 0; i < 1000; ++i) feed(conversation, sink, exchange);
  EXPECT_EQ(support::allocation_count() - before, 0U);
  EXPECT_EQ(sink.spans, 1100 * exchange.spans);
}

const std::string kResponse = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

TEST(Http1Allocation, AnExchangeMakesNone) {
  expect_no_allocation(
      {"GET /a/path?with=query HTTP/1.1\r\nHost: a.rather.long.host.name.example\r\n"
       "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n",
       kResponse});
}

TEST(Http1Allocation, ChunkedBodiesMakeNone) {
  expect_no_allocation(
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"});
}

TEST(Http1Allocation, PipelinedRequestsMakeNone) {
  Exchange sixteen{.request = {}, .response = {}, .spans = 16};
  for (int i = 0; i < 16; ++i) {
    sixteen.request += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    sixteen.response += kResponse;
  }
  expect_no_allocation(sixteen);
}

TEST(Http1Allocation, GarbageMakesNone) { expect_no_allocation({"\x16\x03garbage", "more", 0}); }

}  // namespace
}  // namespace obi::protocol::http1
