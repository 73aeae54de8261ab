// SPDX-License-Identifier: Apache-2.0
#include "protocol/fastcgi/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/fastcgi/record_fixture.hpp"
#include "protocol/http1/options.hpp"

namespace obi::protocol::fastcgi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kTail("\0\0\0\0\0\0\0\0", 8);

TEST(FastcgiConversation, ARequestAndItsAnswerAreAnHttpSpan) {
  Talk talk("fastcgi");
  talk.client(
      request({{"QUERY_STRING", "a=1"},
               {"REQUEST_METHOD", "POST"},
               {"REQUEST_URI", "/users/7?a=1"},
               {"SERVER_PROTOCOL", "HTTP/1.1"},
               {"HTTPS", "on"},
               {"HTTP_HOST", "example.org:8443"},
               {"HTTP_TRACEPARENT", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}},
              "name=secret"));
  talk.server(page("Status: 201 Created\r\n"));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kHttpClient);
  EXPECT_EQ(span.method, "POST");
  EXPECT_EQ(span.path, "/users/7");
  EXPECT_EQ(span.query, "a=1");
  EXPECT_EQ(span.scheme, "https");
  EXPECT_EQ(span.host_header, "example.org:8443");
  EXPECT_EQ(span.status, 201);
  EXPECT_EQ(span.request_bytes, 11);
  EXPECT_EQ(span.response_bytes, 5);
  EXPECT_EQ(to_hex(span.trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_hex(span.parent_id), "b7ad6b7169203331");
  EXPECT_EQ(span.trace_flags, 1);
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1020U);
}

TEST(FastcgiConversation, AtTheApplicationItIsAServersSpan) {
  Talk talk("fastcgi", {.client_direction = model::Direction::kReceive});
  talk.client(get("/x"));
  talk.server(page());
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kHttpServer);
  EXPECT_EQ(talk.sink.spans[0].status, 200);
}

TEST(FastcgiConversation, AnUnknownMethodIsOtherAndOneThatIsNoneMakesNoSpan) {
  Talk talk("fastcgi");
  talk.client(request({{"REQUEST_METHOD", "PURGE"}, {"REQUEST_URI", "/x"}}, ""));
  talk.server(page());
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].method, "_OTHER");
  ASSERT_NE(talk.sink.spans[0].http, nullptr);
  EXPECT_EQ(talk.sink.spans[0].http->original_method, "PURGE");
  talk.client(request({{"REQUEST_METHOD", "A B"}, {"REQUEST_URI", "/x"}}, ""));
  talk.server(page());
  EXPECT_EQ(talk.sink.spans.size(), 1U);
}

TEST(FastcgiConversation, WithoutRequestUriTheScriptIsTheTarget) {
  Talk talk("fastcgi");
  talk.client(
      request({{"REQUEST_METHOD", "GET"}, {"SCRIPT_NAME", "/a.php"}, {"QUERY_STRING", "b=2"}}));
  talk.server(page());
  talk.client(
      request({{"REQUEST_METHOD", "GET"}, {"SCRIPT_NAME", "/a.php"}, {"QUERY_STRING", ""}}));
  talk.server(page());
  EXPECT_THAT(talk.reported(), ElementsAre("GET /a.php 200", "GET /a.php 200"));
  EXPECT_EQ(talk.sink.spans[0].query, "b=2");
  EXPECT_EQ(talk.sink.spans[1].query, "");
}

TEST(FastcgiConversation, ParametersMayBeSplitAnywhere) {
  const std::string text = pairs({{"REQUEST_METHOD", "GET"}, {"REQUEST_URI", "/users"}});
  Talk talk("fastcgi");
  for (std::size_t at = 1; at < text.size(); ++at) {
    talk.client(begin() + record(4, 1, text.substr(0, at)) + record(4, 1, text.substr(at)) +
                record(4, 1, {}) + record(5, 1, {}));
    talk.server(page());
  }
  EXPECT_THAT(talk.reported(), testing::Each("GET /users 200"));
  EXPECT_EQ(talk.reported().size(), text.size() - 1);
}

TEST(FastcgiConversation, TheHeadOfTheAnswerMayBeSplitAnywhere) {
  const std::string head = "X: y\r\nStatus: 404 Not Found\r\n\r\n";
  Talk talk("fastcgi");
  for (std::size_t at = 1; at < head.size(); ++at) {
    talk.client(get("/x"));
    talk.server(output(head.substr(0, at)) + output(head.substr(at) + "body") + end());
  }
  EXPECT_THAT(talk.reported(), testing::Each("GET /x 404"));
  EXPECT_EQ(talk.sink.spans[5].response_bytes, 4);
}

TEST(FastcgiConversation, WhatGoesToStderrIsNoFailure) {
  Talk talk("fastcgi");
  talk.client(get("/x"));
  talk.server(record(7, 1, "PHP message: PHP Warning: something") + page());
  EXPECT_THAT(talk.reported(), ElementsAre("GET /x 200"));
}

TEST(FastcgiConversation, AnEndWithoutAnswerHasNoStatus) {
  Talk talk("fastcgi");
  talk.client(get("/x"));
  talk.server(end(1, 0, 2));  // overloaded
  EXPECT_THAT(talk.reported(), ElementsAre("GET /x 0"));
}

TEST(FastcgiConversation, SeveralRequestsAtOnceAreDistinguishedById) {
  Talk talk("fastcgi");
  talk.client(get("/a", 1) + get("/b", 2));
  talk.server(page("Status: 500 No\r\n", 2));
  talk.server(page("", 1));
  EXPECT_THAT(talk.reported(), ElementsAre("GET /b 500", "GET /a 200"));
  EXPECT_GT(talk.sink.stream_requests, 0);
}

TEST(FastcgiConversation, WhatIsNoHttpMakesNoSpan) {
  Talk talk("fastcgi");
  talk.client(request({{"SCRIPT_NAME", "/status"}}));
  talk.server(page());
  talk.client(record(9, 0, pairs({{"FCGI_MPXS_CONNS", ""}})));
  talk.server(record(10, 0, pairs({{"FCGI_MPXS_CONNS", "0"}})));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
}

TEST(FastcgiConversation, ALongBodyIsNotNeeded) {
  Talk talk("fastcgi");
  talk.client(request({{"REQUEST_METHOD", "PUT"}, {"REQUEST_URI", "/up"}}).substr(0, 75) +
                  record(5, 1, "x"),
              100'000, kTail);
  talk.server(page());
  talk.client(get("/next"));
  talk.server(page());
  EXPECT_THAT(talk.reported(), ElementsAre("PUT /up 200", "GET /next 200"));
}

TEST(FastcgiConversation, ALongAnswerEndsWithItsTail) {
  Talk talk("fastcgi");
  talk.client(get("/long"));
  talk.server(output("Status: 404 No\r\n\r\n" + std::string(1000, 'x')), 9000, "xxxxxxxx");
  talk.server("", 9000, kTail);
  EXPECT_THAT(talk.reported(), ElementsAre("GET /long 404"));
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1030U);
  talk.client(get("/next"));
  talk.server(page());
  EXPECT_EQ(talk.reported().back(), "GET /next 200");
}

TEST(FastcgiConversation, ALongAnswerEndsWithTheStreamOrTheNextRequest) {
  for (const bool close : {true, false}) {
    Talk talk("fastcgi");
    talk.client(get("/long"));
    talk.server(output("A: b\r\n\r\n"), 9000, "xxxxxxxx");
    talk.server("", 9000, "xxxxxxxx");
    talk.now_ns += 1000;
    if (close) {
      talk.conversation().on_end_of_stream(model::Direction::kReceive, talk.now_ns, talk.sink);
    } else {
      talk.client(get("/next"));
      talk.server(page());
    }
    ASSERT_GE(talk.sink.spans.size(), 1U);
    EXPECT_EQ(talk.reported()[0], "GET /long 200");
    EXPECT_EQ(talk.sink.spans[0].end_ns, 1030U);
    EXPECT_EQ(talk.reported().back(), close ? "GET /long 200" : "GET /next 200");
  }
}

TEST(FastcgiConversation, ALostAnswerWithoutStatusIsALoss) {
  Talk talk("fastcgi");
  talk.client(get("/a"));
  talk.lose_of_server(0);
  talk.client(get("/b"));
  talk.server(page("Status: 404 No\r\n"));
  EXPECT_THAT(talk.reported(), ElementsAre("GET /b 404"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(FastcgiConversation, OfSeveralThatWaitALossTakesAll) {
  Talk talk("fastcgi");
  talk.client(get("/a", 1) + get("/b", 2));
  talk.server(output("A: b\r\n\r\n", 1));
  talk.lose_of_server(0);
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 2U);
}

TEST(FastcgiConversation, AnAnswerIsCutByTheEndOfItsConnection) {
  Talk talk("fastcgi");
  talk.client(get("/a"));
  talk.server(output("A: b\r\n\r\n"));
  talk.close(model::ConnectionEnd::kPeerClosed);
  EXPECT_THAT(talk.reported(), ElementsAre("GET /a 200 !eof"));
}

TEST(FastcgiConversation, NoMoreThanTheLimitWait) {
  Talk talk("fastcgi");
  for (std::uint16_t id = 1; id <= 70; ++id) talk.client(get("/a", id));
  EXPECT_EQ(talk.sink.notes[Note::RequestOverflow], 6U);
}

TEST(FastcgiConversation, InMidLifeItWaitsForABegin) {
  Talk talk("fastcgi", {.mid_life = true});
  talk.server("rest of a page");
  talk.client(get("/a"));
  talk.server(page());
  EXPECT_THAT(talk.reported(), ElementsAre("GET /a 200"));
}

TEST(FastcgiConversation, IsRobust) {
  expect_robust("fastcgi",
                {{false, get("/a?b=c")},
                 {true, record(7, 1, "log") + page("Status: 404 No\r\n")},
                 {false, request({{"REQUEST_METHOD", "POST"}, {"SCRIPT_NAME", "/b"}}, "x")},
                 {true, output("A: b\r\n")},
                 {true, output("\r\nbody") + end()},
                 {false, get("/c", 2) + get("/d", 3)},
                 {true, page("", 3) + page("", 2)}});
}

TEST(FastcgiConversation, ATimedOutRequestIsA408AndItsLateAnswerIsConsumed) {
  Talk talk("fastcgi", {}, ProtocolOptions().set(http1::Options{.request_timeout_ns = 500}));
  talk.client(get("/slow"));  // at 1010
  talk.stay_quiet(490);
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.stay_quiet(100);
  talk.stay_quiet(100);
  EXPECT_THAT(talk.reported(), ElementsAre("GET /slow 408"));
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1510U);
  talk.server(page());
  talk.client(get("/b"));
  talk.server(page());
  EXPECT_THAT(talk.reported(), ElementsAre("GET /slow 408", "GET /b 200"));
}

TEST(FastcgiConversation, ARequestThatTimedOutIsNotToldAgainAtTheEnd) {
  Talk talk("fastcgi", {}, ProtocolOptions().set(http1::Options{.request_timeout_ns = 500}));
  talk.client(get("/slow"));
  talk.stay_quiet(600);
  talk.close(model::ConnectionEnd::kPeerClosed);
  EXPECT_THAT(talk.reported(), ElementsAre("GET /slow 408"));
}

TEST(FastcgiConversation, AnAnswerUnderWayIsNotTimedOut) {
  Talk talk("fastcgi", {}, ProtocolOptions().set(http1::Options{.request_timeout_ns = 500}));
  talk.client(get("/x"));
  talk.server(output("A: b\r\n\r\nbo"));
  talk.stay_quiet(600);
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(end());
  EXPECT_THAT(talk.reported(), ElementsAre("GET /x 200"));
}

TEST(FastcgiClassifier, ByTheBeginOfARequest) {
  EXPECT_EQ(classified({{false, get("/a")}}), "fastcgi");
  EXPECT_EQ(classified({{false, get("/a")}}, model::ConnectionRole::kServer), "fastcgi");
  EXPECT_EQ(classified({{false, get("/a").substr(0, 5)}, {false, get("/a").substr(5)}}), "fastcgi");
  EXPECT_EQ(
      classified({{true, "rest"}, {false, get("/a")}}, model::ConnectionRole::kClient, 0, true),
      "fastcgi");
}

TEST(FastcgiClassifier, OtherwiseNot) {
  EXPECT_EQ(classified({{false, record(4, 1, "x")}}), "");
  EXPECT_EQ(classified({{true, page()}}), "");
}

}  // namespace
}  // namespace obi::protocol::fastcgi
