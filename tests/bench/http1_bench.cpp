// SPDX-License-Identifier: Apache-2.0
// One exchange through an HTTP/1 conversation: time per request and response, without capture,
// connection table or export.
#include <benchmark/benchmark.h>

#include <span>
#include <string>

#include "protocol/http1/conversation.hpp"

namespace {

using namespace obi;
using protocol::http1::Http1Conversation;

class CountingSink final : public protocol::SpanSink {
 public:
  protocol::RequestIdentity begin(const protocol::RequestOrigin& origin, std::uint64_t) override {
    return protocol::identify(origin, ids_);
  }
  model::Span& add_span(model::EventType) override {
    benchmark::DoNotOptimize(span_);
    if (++spans % 64 == 0) arena_.reset();
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

const std::string kShortRequest = "GET /hello HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
const std::string kBrowserRequest =
    "GET /products/42?ref=mail HTTP/1.1\r\nHost: shop.example:8080\r\nConnection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\nUpgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8\r\n"
    "Referer: https://mail.example/inbox\r\nAccept-Encoding: gzip, deflate\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n"
    "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n";
const std::string kResponse =
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\n"
    "Content-Type: text/plain\r\nContent-Length: 12\r\nConnection: keep-alive\r\n\r\nhello, world";
const std::string kChunkedResponse =
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nTransfer-Encoding: chunked\r\n\r\n"
    "c\r\nhello, world\r\nc\r\nhello, again\r\n0\r\n\r\n";

void say(Http1Conversation& conversation, model::Direction direction, const std::string& text,
         protocol::SpanSink& sink) {
  static std::uint64_t now_ns = 0;
  protocol::Chunk chunk{.direction = direction, .bytes = std::as_bytes(std::span(text))};
  chunk.start_ns = chunk.end_ns = ++now_ns;
  conversation.on_chunk(chunk, sink);
}

void run(benchmark::State& state, const std::string& request, const std::string& response) {
  const protocol::http1::State shared;
  Http1Conversation conversation(shared);
  CountingSink sink;
  for (auto _ : state) {
    say(conversation, model::Direction::kReceive, request, sink);
    say(conversation, model::Direction::kSend, response, sink);
  }
  if (sink.spans < static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("an exchange made no span");
  state.counters["spans/s"] =
      benchmark::Counter(static_cast<double>(sink.spans), benchmark::Counter::kIsRate);
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

void short_exchange(benchmark::State& state) { run(state, kShortRequest, kResponse); }
void browser_exchange(benchmark::State& state) { run(state, kBrowserRequest, kResponse); }
void chunked_exchange(benchmark::State& state) { run(state, kShortRequest, kChunkedResponse); }
void sixteen_pipelined(benchmark::State& state) {
  run(state, repeated(kShortRequest, 16), repeated(kResponse, 16));
}

BENCHMARK(short_exchange);
BENCHMARK(browser_exchange);
BENCHMARK(chunked_exchange);
BENCHMARK(sixteen_pipelined);

}  // namespace

BENCHMARK_MAIN();
