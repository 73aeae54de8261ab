// SPDX-License-Identifier: Apache-2.0
// A request is known from its first byte: it has ids before its answer, and is in the trace that
// the kernel side or its own header names.
#include "protocol/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/fastcgi/record_fixture.hpp"
#include "protocol/kafka/message_fixture.hpp"
#include "protocol/postgres/conversation_fixture.hpp"

namespace obi::protocol {
namespace {

using testing::ElementsAre;

constexpr std::string_view kHeaderTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kHeader = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

model::SegmentContext context_of(std::uint8_t byte) {
  model::SegmentContext context;
  context.parent.trace_id.bytes.fill(byte);
  context.parent.span_id.bytes.fill(byte);
  return context;
}

std::string get(std::string_view path, std::string_view traceparent = {}) {
  std::string text = fmt::format("GET {} HTTP/1.1\r\n", path);
  if (!traceparent.empty()) text += fmt::format("Traceparent: {}\r\n", traceparent);
  return text + "\r\n";
}

/// Of each span: whether its trace and parent are those of the kernel side's context.
std::vector<bool> in_context(const Talk& talk, std::uint8_t byte) {
  std::vector<bool> is_in;
  for (const model::Span& span : talk.sink.spans) {
    is_in.push_back(span.trace_id == context_of(byte).parent.trace_id &&
                    span.parent_id == context_of(byte).parent.span_id);
  }
  return is_in;
}

TEST(Request, WithoutContextBeginsATraceOfItsOwn) {
  Talk talk("http1");
  talk.client(get("/a") + get("/b"));
  ASSERT_EQ(talk.sink.begun.size(), 2U) << "before they are answered";
  talk.server(std::string(kOk) + std::string(kOk));
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  const auto& [first, second] = std::tie(talk.sink.spans[0], talk.sink.spans[1]);
  EXPECT_TRUE(first.trace_id.is_set() && first.span_id.is_set());
  EXPECT_FALSE(first.parent_id.is_set());
  EXPECT_EQ(first.trace_flags, 1);
  EXPECT_NE(first.trace_id, second.trace_id);
}

TEST(Request, TheKernelsContextWinsOverAHeader) {
  Talk talk("http1");
  talk.context = context_of(3);
  talk.client(get("/a", kHeader));
  talk.server(kOk);
  EXPECT_THAT(in_context(talk, 3), ElementsAre(true));
}

TEST(Request, ASpanIdThatTheKernelHasInjectedIsTheRequestsOwn) {
  Talk talk("http1");
  talk.context = context_of(3);
  talk.context->span_id.bytes.fill(5);
  talk.client(get("/a") + get("/b"));
  talk.server(std::string(kOk) + std::string(kOk));
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(to_hex(talk.sink.spans[0].span_id), "0505050505050505");
  EXPECT_NE(talk.sink.spans[0].span_id, talk.sink.spans[1].span_id);
}

TEST(Request, ATraceThatTheKernelBeganWinsOverAHeaderAndHasNoParent) {
  Talk talk("http1");
  talk.context = context_of(3);
  talk.context->parent.span_id = {};
  talk.client(get("/a", kHeader));
  talk.server(kOk);
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].trace_id, context_of(3).parent.trace_id);
  EXPECT_FALSE(talk.sink.spans[0].parent_id.is_set());
}

TEST(Request, TheKernelsContextIsThatOfTheFirstRequestOfItsCall) {
  Talk talk("http1");
  talk.context = context_of(3);
  talk.client(get("/a") + get("/b", kHeader));
  talk.client(get("/c"));
  for (int i = 0; i < 3; ++i) talk.server(kOk);
  EXPECT_THAT(in_context(talk, 3), ElementsAre(true, false, false));
  EXPECT_EQ(to_hex(talk.sink.spans[1].trace_id), kHeaderTrace);
}

TEST(Request, AHeadInPartsHasTheContextOfItsFirstByte) {
  Talk talk("http1");
  talk.context = context_of(3);
  talk.client("GET /a HT");
  talk.context = context_of(4);
  talk.client("TP/1.1\r\n\r\n" + get("/b"));
  talk.server(std::string(kOk) + std::string(kOk));
  EXPECT_THAT(in_context(talk, 3), ElementsAre(true, false));
  EXPECT_THAT(in_context(talk, 4), ElementsAre(false, true));
}

TEST(Request, OfMessagesInOneCallTheFirstHasTheContext) {
  Talk talk("redis");
  talk.context = context_of(3);
  talk.client("*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGE");
  talk.context = context_of(4);
  talk.client("T\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n");
  talk.server("+PONG\r\n+PONG\r\n$-1\r\n+PONG\r\n");
  EXPECT_THAT(in_context(talk, 3), ElementsAre(true, false, false, false));
  EXPECT_THAT(in_context(talk, 4), ElementsAre(false, false, false, true));
}

TEST(Request, AMessageInPartsHasTheContextOfItsFirstByte) {
  using namespace kafka;
  Talk talk("kafka");
  const std::string request = produce_request(9, 1, {{.name = "t"}});
  talk.context = context_of(3);
  talk.client(request.substr(0, 6));
  talk.context = context_of(4);
  talk.client(request.substr(6));
  talk.server(produce_answer(9, 1, {{.name = "t"}}));
  EXPECT_THAT(in_context(talk, 3), ElementsAre(true));
}

TEST(Request, TheLastTraceparentParameterCounts) {
  using namespace fastcgi;
  const std::string other = "00-11111111111111111111111111111111-2222222222222222-01";
  const std::string two = fastcgi::request({{"REQUEST_METHOD", "GET"},
                                            {"REQUEST_URI", "/"},
                                            {"HTTP_TRACEPARENT", other},
                                            {"HTTP_TRACEPARENT", kHeader}});
  Talk talk("fastcgi");
  talk.client(two);
  talk.server(page());
  talk.context = context_of(3);
  talk.client(two);
  talk.server(page());
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(to_hex(talk.sink.spans[0].trace_id), kHeaderTrace);
  EXPECT_THAT(in_context(talk, 3), ElementsAre(false, true));
}

TEST(Request, OfSeveralSpansTheFirstHasItsIdsAndEachItsOwn) {
  using namespace kafka;
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}, {.name = "b"}}));
  ASSERT_EQ(talk.sink.begun.size(), 1U);
  const RequestIdentity request = talk.sink.begun.begin()->second;
  talk.server(produce_answer(9, 1, {{.name = "a"}, {.name = "b"}}));
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans[0].span_id, request.span_id);
  EXPECT_NE(talk.sink.spans[1].span_id, request.span_id);
  EXPECT_EQ(talk.sink.spans[1].trace_id, request.context.trace_id);
}

TEST(Request, AFetchHasIdsBeforeItIsKnownToHaveFetchedAnything) {
  using namespace kafka;
  Talk talk("kafka");
  talk.client(fetch_request(12, 1, {{.name = "a"}}));
  ASSERT_EQ(talk.sink.begun.size(), 1U);
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
  talk.server(fetch_answer(12, 1, {{.name = "a"}}));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].span_id, talk.sink.begun.begin()->second.span_id);
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 1U);
}

TEST(Request, AStatementHasTheIdsOfItsFirstMessage) {
  using namespace postgres;
  Talk talk("postgres");
  talk.client(kStartup);
  talk.server(kAuthenticated);
  talk.client(parse("SELECT 1"));
  ASSERT_EQ(talk.sink.begun.size(), 1U);
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
  talk.client(bind_to() + execute() + kSync);
  EXPECT_EQ(talk.sink.begun.size(), 1U);
  talk.server(kParsed + kBound + message('C', z("SELECT 1")) + kReady);
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].span_id, talk.sink.begun.begin()->second.span_id);
}

TEST(Request, WhatIsSentBehindARefusedStatementHasOtherIds) {
  using namespace postgres;
  Talk talk("postgres");
  talk.client(kStartup);
  talk.server(kAuthenticated);
  talk.client(parse("SELEC 1"));
  talk.server(message('E', "SERROR" + z("") + "C42601" + z("") + z("")));
  talk.client(bind_to() + execute() + kSync);
  talk.server(kReady);
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_NE(talk.sink.spans[0].span_id, talk.sink.spans[1].span_id);
}

TEST(Request, WhatMakesNoSpanIsNotBegun) {
  using namespace postgres;
  Talk talk("postgres");
  talk.client(kStartup);
  talk.server(kAuthenticated);
  talk.client(kSync);
  talk.server(kReady);
  EXPECT_TRUE(talk.sink.begun.empty());
}

}  // namespace
}  // namespace obi::protocol
