// SPDX-License-Identifier: Apache-2.0
#include "export/printer/trace_printer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace obi::exporting {
namespace {

std::string duration(std::uint64_t ns) {
  std::string out;
  append_duration(out, ns);
  return out;
}

model::Span example() {
  auto service = std::make_shared<model::Service>();
  service->name = "users";
  service->name_space = "shop";
  service->language = model::Language::kGo;
  model::Span span;
  span.type = model::EventType::kHttpServer;
  span.method = "GET";
  span.path = "/users/42";
  span.query = "token=secret";
  span.route = "/users/*";
  span.status = 200;
  span.response_bytes = 128;
  span.peer = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 0, 7}}, .port = 43210};
  span.host = {.address = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 0, 9}}, .port = 8080};
  span.host_name = "users";
  span.request_start_ns = 1'000'000;
  span.start_ns = 1'233'000;
  span.end_ns = 6'213'000;
  span.trace_id.bytes = {1, 2, 3};
  span.span_id.bytes = {4};
  span.trace_flags = 1;
  span.service = service;
  return span;
}

TEST(TracePrinter, WritesGoDurations) {
  EXPECT_EQ(duration(0), "0s");
  EXPECT_EQ(duration(90), "90ns");
  EXPECT_EQ(duration(812'000), "812µs");
  EXPECT_EQ(duration(5'213'000), "5.213ms");
  EXPECT_EQ(duration(62'500'000'000), "1m2.5s");
  EXPECT_EQ(duration(3'600'000'000'000), "1h0m0s");
}

TEST(TracePrinter, TextLineHasEveryField) {
  setenv("TZ", "UTC", 1);
  tzset();
  base::Arena scratch;
  std::string line;
  append_text(line, example(), 1'787'321'107'000'000'000, scratch);
  EXPECT_EQ(
      line,
      "2026-08-21 14:05:07.001233 (5.213ms[4.98ms]) HTTP(subType=0) 200 GET /users/42(/users/*) "
      "[10.1.0.7 as 10.1.0.7:43210]->[10.1.0.9 as users.shop:8080] contentLen:0B responseLen:128B "
      "svc=[shop/users go] "
      "traceparent=[00-01020300000000000000000000000000-0400000000000000[0000000000000000]-01]");
}

TEST(TracePrinter, JsonIsInOrderAndEscaped) {
  model::SpanBatch batch;
  batch.spans = {example()};
  batch.spans[0].path = "/a\"<b>\xff\n";
  batch.wall_offset_ns = 1'787'321'107'000'000'000;
  base::Arena scratch;
  std::string json;
  append_json(json, batch, false, scratch);
  EXPECT_EQ(
      json,
      R"([{"type":"HTTP","peer":"10.1.0.7","peerPort":"43210","host":"10.1.0.9","hostPort":"8080",)"
      R"("traceID":"01020300000000000000000000000000","spanID":"0400000000000000","parentSpanID":"0000000000000000",)"
      R"("traceFlags":"1","peerName":"","hostName":"users","kind":"SPAN_KIND_SERVER","start":"1787321107001000",)"
      R"("handlerStart":"1787321107001233","end":"1787321107006213","duration":"5.213ms","durationUSec":"5213",)"
      R"("handlerDuration":"4.98ms","handlerDurationUSec":"4980","attributes":{"clientAddr":"10.1.0.7","contentLen":"0",)"
      R"("method":"GET","responseLen":"128","route":"/users/*","serverAddr":"users","serverPort":"8080","status":"200",)"
      R"("url":"/a\"\u003cb\u003e\ufffd\n"}}])");
}

class PrinterOutput : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(fds_.data()), 0); }
  std::string read_all() {
    close(fds_[1]);
    std::string text;
    std::array<char, 4096> chunk;
    for (ssize_t n = 0; (n = read(fds_[0], chunk.data(), chunk.size())) > 0;)
      text.append(chunk.data(), static_cast<std::size_t>(n));
    close(fds_[0]);
    return text;
  }
  model::BatchRef batch_of(std::size_t count) {
    model::BatchRef batch = pool_.take();
    for (std::size_t i = 0; i < count; ++i) batch.writable().spans.push_back(example());
    return batch;
  }
  std::array<int, 2> fds_{};
  model::BatchPool pool_{10};
};

TEST_F(PrinterOutput, CounterSpeaksOnlyAtTheEnd) {
  TracePrinter printer({.form = PrintForm::kCounter, .fd = fds_[1]});
  printer.consume(batch_of(2));
  printer.consume(batch_of(3));
  printer.shutdown({});
  EXPECT_EQ(read_all(), "Processed 5 requests\n");
}

TEST_F(PrinterOutput, OneLinePerSpan) {
  TracePrinter printer({.form = PrintForm::kText, .fd = fds_[1]});
  printer.consume(batch_of(3));
  const std::string text = read_all();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(printer.counts().exported, 3U);
}

TEST_F(PrinterOutput, AReaderThatWentAwayCostsTheSpansAndIsCounted) {
  std::signal(SIGPIPE, SIG_IGN);
  close(fds_[0]);
  TracePrinter printer({.form = PrintForm::kText, .fd = fds_[1]});
  printer.consume(batch_of(4));
  EXPECT_EQ(printer.counts().dropped, 4U);
  EXPECT_EQ(printer.counts().exported, 0U);
  close(fds_[1]);
}

}  // namespace
}  // namespace obi::exporting
