// SPDX-License-Identifier: Apache-2.0
// A readable first line is a request, whatever servers make of it; and what can't be read but is
// answered is counted as one.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/http1/conversation_fixture.hpp"

namespace obi::protocol::http1 {
namespace {

using Lines = std::vector<std::string>;

TEST(Http1Refused, UnknownMethodsAreOther) {
  for (const std::string method : {"PURGE", "QUERY", "PROPFIND", "get", "head"}) {
    Talk talk;
    talk.say_all({{kIn, method + " /x HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
    EXPECT_EQ(talk.sink.reported(), Lines{"_OTHER /x 200 0/2"});
    ASSERT_NE(talk.sink.spans[0].http, nullptr);
    EXPECT_EQ(talk.sink.spans[0].http->original_method, method);
  }
}

TEST(Http1Refused, AListOfMethodsNamesThemAndFramesNothing) {
  const State state(Options{.known_methods = {"PURGE"}});
  Http1Conversation conversation(state);
  CollectingSink sink;
  for (const Part& part : {Part{kIn, "PURGE /a HTTP/1.1\r\n\r\n"}, Part{kOut, kOk},
                           Part{kIn, "HEAD /b HTTP/1.1\r\n\r\n"},
                           Part{kOut, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"}}) {
    Chunk chunk;
    chunk.direction = part.direction;
    chunk.bytes = std::as_bytes(std::span(part.text));
    conversation.on_chunk(chunk, sink);
  }
  EXPECT_EQ(sink.reported(), (Lines{"PURGE /a 200 0/2", "_OTHER /b 200 0/0"}));
}

TEST(Http1Refused, WhatServersRefuseIsASpan) {
  for (const std::string request :
       {"GET /x HTTP/1.1\r\nContent-Length: q\r\n\r\n",
        "GET /x HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n",
        "GET /x HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /x HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "GET /x HTTP/2.0\r\n\r\n",
        "GET /x http/1.1\r\n\r\n", "GET /x HTTP/1.1\r\nHost a\r\n\r\n",
        "\r\nGET /x HTTP/1.1\r\n\r\n", "GET /x HTTP/1.1\r\nCookie: endless"}) {
    Talk talk;
    talk.say_all({{kIn, request}, {kOut, answer(400)}});
    EXPECT_EQ(talk.sink.reported(), Lines{"GET /x 400 0/0"}) << request;
  }
}

TEST(Http1Refused, ATargetBeyondTheCaptureIsCutAndASpan) {
  for (const std::string method : {"GET", "BREW"}) {
    Talk talk;
    talk.say({kIn, method + " /" + std::string(4000, 'a'), 50'000});
    talk.say({kOut, answer(414)});
    ASSERT_EQ(talk.sink.spans.size(), 1U);
    EXPECT_EQ(talk.sink.spans[0].status, 414);
    EXPECT_EQ(talk.sink.spans[0].path.size(), 4001U);
    EXPECT_EQ(talk.sink.notes[Note::HeadTruncated], 1U);
  }
}

TEST(Http1Refused, ALongTargetThatWasCapturedWholeIsASpan) {
  Talk talk;
  talk.say({kIn, "GET /" + std::string(30'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"});
  talk.say({kOut, answer(414)});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].status, 414);
}

TEST(Http1Refused, EmptyLinesBeforeRequestsAreIgnored) {
  Talk talk;
  talk.say({kIn, "\r\n"});
  talk.say_all(
      {{kIn, "\r\n\nGET /a HTTP/1.1\r\n\r\n\r\nGET /b HTTP/1.1\n\n"}, {kOut, kOk + "\r\n" + kOk}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 200 0/2", "GET /b 200 0/2"}));
}

TEST(Http1Refused, WhatCannotBeReadButIsAnsweredIsCounted) {
  for (const std::string request :
       {"GET /x\r\n", "GET /x", "garbage", "\x16\x03\x01\x02", "GET /x y\r\n\r\n"}) {
    Talk talk;
    talk.say_all({{kIn, request}, {kOut, answer(400)}});
    EXPECT_TRUE(talk.sink.spans.empty()) << request;
    EXPECT_EQ(talk.sink.notes[Note::RequestUnreadable], 1U) << request;
    EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 0U) << request;
    talk.say_all(
        {{kIn, get("/a")}, {kOut, kOk}, {kIn, request}, {kIn, "more"}, {kOut, answer(400)}});
    EXPECT_EQ(talk.sink.spans.size(), 1U) << request;
    EXPECT_EQ(talk.sink.notes[Note::RequestUnreadable], 2U) << request;
  }
}

TEST(Http1Refused, ATimeoutWithoutRequestIsNone) {
  Talk talk;
  talk.say({kOut, answer(408)});
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
  talk.say_all({{kIn, get("/a")}, {kOut, kOk}, {kOut, answer(408)}});
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 1U);
}

TEST(Http1Refused, AnswersToBytesThatNoProtocolKnewAreCounted) {
  const State state;
  Http1Conversation conversation(state, {.client_direction = kIn, .client_was_unreadable = true});
  CollectingSink sink;
  const std::string text = answer(400);
  Chunk chunk;
  chunk.direction = kOut;
  chunk.bytes = std::as_bytes(std::span(text));
  conversation.on_chunk(chunk, sink);
  EXPECT_EQ(sink.notes[Note::RequestSeen], 1U);
  EXPECT_EQ(sink.notes[Note::RequestUnreadable], 1U);
}

TEST(Http1Refused, AnEmptyLineOrAnUnusualMethodMayBecomeARequest) {
  const auto detected = [](std::string_view client, std::string_view server,
                           bool mid_life = false) {
    return detect({.client = {std::as_bytes(std::span(client)), client.size()},
                   .server = {std::as_bytes(std::span(server)), server.size()},
                   .mid_life = mid_life});
  };
  for (const char* text : {"\r\n", "\r\n\r\nGE", "PURGE", "PURGE /a", "get / HTT", "GET k"}) {
    EXPECT_EQ(detected(text, ""), Match::kMaybe) << text;
    EXPECT_EQ(detected(text, "HTTP/1.1 400 X"), Match::kYes) << text;
  }
  EXPECT_EQ(detected("PURGE /a", "", true), Match::kNo);
  EXPECT_EQ(detected("PURGE /a", "+OK\r\n"), Match::kNo);
  for (const char* text :
       {"\r\nGET / HTTP/1.1\r\n", "PURGE /a HTTP/1.1\r\n", "get / HTTP/1.1\r\n", "GET /"}) {
    EXPECT_EQ(detected(text, ""), Match::kYes) << text;
  }
  for (const char* text :
       {"OPTIONS rtsp://a RTSP/1.0\r\n", "OPTIONS sip:a SIP/2.0\r\n",
        "REQMOD icap://a/b ICAP/1.0\r\n", "EHLO a\r\n", "*1\r\n$4\r\nPING\r\n"}) {
    EXPECT_EQ(detected(text, ""), Match::kNo) << text;
  }
}

TEST(Http1Refused, AnAmbiguousLengthLosesNoRequest) {
  for (const char* head :
       {"Content-Length: 5\r\nTransfer-Encoding: chunked", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 5 5",
        "Content-Length:", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, gzip"}) {
    Talk talk;
    talk.say_all(
        {{kIn, std::string("POST / HTTP/1.1\r\n") + head + "\r\n\r\nhello"}, {kOut, answer(400)}});
    talk.say_all({{kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
    ASSERT_EQ(talk.sink.spans.size(), 2U) << head;
    EXPECT_EQ(talk.sink.spans[0].status, 400) << head;
    EXPECT_EQ(talk.sink.reported()[1], "GET /b 200 0/2") << head;
  }
}

TEST(Http1Refused, ATransferCodingCountsBeforeALength) {
  Talk talk;
  talk.say_all({{kIn, get("/a")},
                {kOut,
                 "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "2\r\nhi\r\n0\r\n\r\n"},
                {kIn,
                 "POST /b HTTP/1.1\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "2\r\nhi\r\n0\r\n\r\n" +
                     get("/c")},
                {kOut, answer(402)},
                {kOut, answer(403)}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 200 0/2", "POST /b 402 2/0", "GET /c 403 0/0"}));
}

TEST(Http1Refused, AnUnknownCodingOfAResponseEndsWithItsStream) {
  Talk talk;
  talk.say_all({{kIn, get("/a")},
                {kOut, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab"},
                {kOut, "cd"}});
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.conversation.on_end_of_stream(kOut, 5000, talk.sink);
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /a 200 0/4"});
}

TEST(Http1Refused, AResponseOfAmbiguousLengthEndsAtTheNextRequest) {
  Talk talk;
  talk.say_all({{kIn, get("/a")},
                {kOut, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
                {kIn, get("/b")},
                {kOut, answer(402)}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 200 0/2", "GET /b 402 0/0"}));
}

}  // namespace
}  // namespace obi::protocol::http1
