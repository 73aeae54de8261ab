// SPDX-License-Identifier: Apache-2.0
// What a conversation makes of bytes that it doesn't get, or doesn't understand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/http1/conversation_fixture.hpp"

namespace obi::protocol::http1 {
namespace {

using Lines = std::vector<std::string>;

const std::string kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string with_length(int length) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

TEST(Http1Loss, AChunkedBodyThatWasNotCapturedEndsWithItsTail) {
  Talk talk;
  talk.say({kIn, "GET /s HTTP/1.1\r\n\r\n"});
  talk.say(
      {kOut, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\nxx", 9000, "........"});
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.say({kOut, "", 900, "x\r\n0\r\n\r\n"});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  talk.say_all({{kIn, "GET /t HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(Http1Loss, LostChunkFramingEndsAtTheNextRequest) {
  Talk talk;
  talk.say({kIn, "GET /s HTTP/1.1\r\n\r\n"});
  talk.say(
      {kOut, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nxx", 9000, "........"});
  talk.say({kIn, "GET /t HTTP/1.1\r\n\r\n"});
  EXPECT_EQ(talk.sink.spans.size(), 1U);
  talk.say({kOut, kOk});
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans[1].path, "/t");
}

TEST(Http1Loss, GarbageIsSkippedUntilTheNextMessage) {
  Talk talk;
  talk.say_all({{kIn, "GET /a HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_EQ(talk.say({kIn, std::string("\0\1\2\3garbage", 11)}), ChunkResult::Resync);
  talk.say_all({{kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(Http1Loss, BothDirectionsCannotCarryRequests) {
  Talk talk;
  talk.say_all({{kOut, "GET /out HT"},
                {kIn, "GET /in HTTP/1.1\r\n\r\n"},
                {kOut, "TP/1.1\r\n\r\n"},
                {kOut, kOk}});
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET /in 200 0/2"});
}

TEST(Http1Loss, ALongHeadStillMakesItsSpan) {
  Talk talk;
  talk.say({kIn, "GET /long HTTP/1.1\r\nCookie: " + std::string(10'000, 'c')});
  talk.say({kIn, std::string(10'000, 'c')});
  talk.say({kIn, std::string(10'000, 'c') + "\r\n\r\n"});
  talk.say({kOut, kOk});
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET /long 200 0/2"});
  EXPECT_EQ(talk.sink.notes[Note::HeadTruncated], 1U);
}

TEST(Http1Loss, AHeadThatWasNotCapturedWholeStillMakesItsSpan) {
  Talk talk;
  talk.say({kIn, "GET /cut HTTP/1.1\r\nCookie: abc", 5000});
  talk.say({kOut, kOk});
  talk.say_all({{kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_EQ(talk.sink.reported(), (std::vector<std::string>{"GET /cut 200 0/2", "GET /b 200 0/2"}));
}

TEST(Http1Loss, AResponseInAGapIsNotTakenFromTheNextRequest) {
  Talk talk;
  talk.say({kIn, "GET /a HTTP/1.1\r\n\r\n"});
  talk.gap(kOut, 120);  // its response was lost
  talk.say_all(
      {{kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}});
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET /b 404 0/0"});
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(Http1Loss, AGapInsideABodyIsOnlyItsLength) {
  Talk talk;
  talk.say_all(
      {{kIn, "GET /a HTTP/1.1\r\n\r\n"}, {kOut, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"}});
  talk.gap(kOut, 60);
  talk.say({kOut, std::string(40, 'b')});
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET /a 200 0/100"});
}

TEST(Http1Loss, AResponseFromMidLifeIsUnpaired) {
  Talk talk;
  talk.say({kOut, kOk});
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
  talk.say_all({{kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kHttpServer);
}

TEST(Http1Loss, PipeliningAsksForEveryByteAndIsBounded) {
  Talk talk;
  std::string requests;
  constexpr int kMany = 5000;
  for (int i = 0; i < kMany; ++i) requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
  talk.say({kIn, requests});
  EXPECT_GT(talk.sink.stream_requests, 0);
  for (int i = 0; i < kMany; ++i) talk.say({kOut, kOk});
  EXPECT_EQ(talk.sink.spans.size(), PendingRequests::kMaxCount);
  EXPECT_EQ(talk.sink.notes[Note::RequestOverflow], kMany - PendingRequests::kMaxCount);
  talk.say_all({{kIn, "GET /after HTTP/1.1\r\n\r\n"},
                {kOut, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}});
  EXPECT_EQ(talk.sink.spans.back().path, "/after");
  EXPECT_EQ(talk.sink.spans.back().status, 404);
}

TEST(Http1Loss, ABodyThatIsNeverCapturedEndsWithItsLength) {
  Talk talk;
  talk.say_all({{kIn, get("/file")}, {kOut, with_length(1'000'000)}, {kOut, "", 600'000}});
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.say({kOut, "", 400'000});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /file 200 0/1000000"});
}

TEST(Http1Loss, AnUploadThatIsNotCapturedIsCounted) {
  Talk talk;
  talk.say_all(
      {{kIn, "POST /u HTTP/1.1\r\nContent-Length: 5000\r\n\r\nabc", 4997}, {kOut, answer(201)}});
  EXPECT_EQ(talk.sink.reported(), Lines{"POST /u 201 5000/0"});
}

TEST(Http1Loss, AChunkMaySpanAMissingPart) {
  Talk talk;
  talk.say_all({{kIn, get("/c")}, {kOut, kChunkedHead + "64\r\nab", 98}});
  talk.say_all({{kOut, "\r\n3\r\nabc\r\n"}, {kOut, "0\r\n\r\n"}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /c 200 0/103"});
}

TEST(Http1Loss, AChunkedUploadThatIsNotCapturedEndsWithItsAnswer) {
  Talk talk;
  talk.say_all({{kIn, "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab", 500},
                {kIn, "GET /not/a/request HTTP/1.1\r\n\r\n"},
                {kOut, answer(201)},
                {kIn, get("/b")},
                {kOut, answer(404)}});
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans[0].status, 201);
  EXPECT_EQ(talk.sink.spans[1].path, "/b");
  EXPECT_EQ(talk.sink.spans[1].status, 404);
}

TEST(Http1Loss, ALostBodyEndsAfterALongSilence) {
  Talk talk;
  talk.say_all({{kIn, get("/s")}, {kOut, kChunkedHead + "10\r\nxx", 9000, "........"}});
  const std::uint64_t last_ns = talk.now;
  talk.conversation.on_tick(talk.now + 9'000'000'000, talk.sink);
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.stay_quiet();
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].end_ns, last_ns);
}

TEST(Http1Loss, ACapturedLastChunkEndsALostBody) {
  for (const std::string& last : {std::string("0\r\n\r\n"), std::string("3\r\nabc\r\n0\r\n\r\n")}) {
    Talk talk;
    talk.say_all({{kIn, get("/s")}, {kOut, kChunkedHead + "10\r\nxx", 9000}, {kOut, last}});
    EXPECT_EQ(talk.sink.spans.size(), 1U) << last;
  }
}

TEST(Http1Loss, ACutResponseHeadEndsWithTheTailOfItsCall) {
  Talk talk;
  talk.say_all({{kIn, get("/s")}, {kOut, "HTTP/1.1 203 X\r\nA: b", 9000, "\r\n0\r\n\r\n"}});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].status, 203);
  EXPECT_EQ(talk.sink.notes[Note::HeadTruncated], 1U);
}

TEST(Http1Loss, AHeadCutInItsFirstLineMakesNoSpan) {
  Talk talk;
  talk.say_all({{kIn, "GET /cut HT", 500}, {kOut, kOk}, {kIn, get("/b")}, {kOut, answer(404)}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /b 404 0/0"});
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
}

TEST(Http1Loss, AResponseToAHalfSeenHeadBelongsToIt) {
  Talk talk;
  talk.say_all({{kIn, "GET /a HTTP/1.1\r\nHost: "}, {kOut, answer(431)}});
  talk.gap(kIn, 30);
  talk.say_all({{kIn, get("/b")}, {kOut, answer(404)}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 431 0/0", "GET /b 404 0/0"}));
}

TEST(Http1Loss, WhatABodyHidesBehindItsEndIsAbandoned) {
  Talk talk;
  talk.say_all({{kIn, get("/a") + get("/b") + get("/c")}, {kOut, with_length(10) + "0123", 500}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /a 200 0/10"});
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 2U);
}

TEST(Http1Loss, AnUnsynchronisedPipeliningConnectionPairsAgainAfterALongSilence) {
  Talk talk;
  talk.say_all({{kIn, get("/a") + get("/b")}, {kOut, answer(401)}});
  talk.gap(kOut, 0);
  talk.say_all({{kIn, get("/c")}, {kOut, answer(402)}, {kIn, get("/d")}, {kOut, answer(403)}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /a 401 0/0"});
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 3U);
  talk.stay_quiet();
  talk.say_all({{kIn, get("/e")}, {kOut, answer(405)}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 401 0/0", "GET /e 405 0/0"}));
}

TEST(Http1Loss, RequestsBehindOnesThatWereNotCapturedAreNotPaired) {
  Talk talk;
  talk.say({kIn, get("/a") + get("/b"), 60});  // and at least one more
  EXPECT_EQ(talk.sink.stream_requests, 1);
  talk.say({kIn, get("/later")});
  for (const int status : {401, 402, 403, 404}) talk.say({kOut, answer(status)});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 401 0/0", "GET /b 402 0/0"}));
}

TEST(Http1Loss, GarbageAmongPipelinedResponsesShiftsNone) {
  Talk talk;
  talk.say_all({{kIn, get("/a") + get("/b")}, {kOut, "garbage"}, {kOut, answer(402)}});
  EXPECT_TRUE(talk.sink.spans.empty());
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 2U);
}

TEST(Http1Loss, GarbageForAnAnswerIsNotMadeGoodByTheNextOne) {
  Talk talk;
  talk.say_all({{kIn, get("/a")}, {kOut, "garbage"}, {kIn, get("/b")}, {kOut, answer(402)}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /b 402 0/0"});
}

TEST(Http1Loss, AGapOfUnknownSizeInABodyStillLetsItEnd) {
  Talk talk;
  talk.say_all({{kIn, get("/a")}, {kOut, with_length(100) + "abc"}});
  talk.gap(kOut, 0);
  talk.say_all({{kOut, "xyz"}, {kIn, get("/b")}, {kOut, answer(404)}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"GET /a 200 0/6", "GET /b 404 0/0"}));
}

TEST(Http1Loss, TheLengthOfAnUnpairedAnswerToHeadIsVoid) {
  Talk talk;
  talk.say_all({{kOut, with_length(9999)}, {kIn, get("/b")}, {kOut, answer(404)}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /b 404 0/0"});
}

TEST(Http1Loss, ABodyThatWasNotSentAfterARefusalIsNotWaitedFor) {
  Talk talk;
  talk.say_all({{kIn, "POST /p HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 999\r\n\r\n"},
                {kOut, answer(417)},
                {kIn, get("/b")},
                {kOut, answer(404)}});
  EXPECT_EQ(talk.sink.reported(), (Lines{"POST /p 417 0/0", "GET /b 404 0/0"}));
}

TEST(Http1Loss, AResponseCutShortByItsStreamHasFailedWhenItsConnectionEnds) {
  Talk talk;
  talk.say_all({{kIn, get("/a")}, {kOut, with_length(100) + "abc"}});
  talk.conversation.on_end_of_stream(kOut, 5000, talk.sink);
  EXPECT_EQ(talk.sink.reported(), Lines{});
  talk.close(model::ConnectionEnd::kClosed);
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /a 200 0/3 !eof"});
}

TEST(Http1Loss, AnUpgradeWithRequestsBehindItNotesThem) {
  Talk talk;
  talk.say_all({{kIn, get("/ws") + get("/b")}, {kOut, "HTTP/1.1 101 X\r\n\r\n"}});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /ws 101 0/0"});
  EXPECT_EQ(talk.sink.notes[Note::RequestUpgraded], 1U);
}

TEST(Http1Loss, ALongTargetIsCut) {
  Talk talk;
  talk.say_all({{kIn, get("/" + std::string(9000, 'p'))}, {kOut, kOk}});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].path.size(), 8192U);
  EXPECT_EQ(talk.sink.notes[Note::HeadTruncated], 1U);
}

TEST(Http1Loss, TheTextOfWaitingRequestsIsBounded) {
  Talk talk;
  const std::string request = get("/" + std::string(8000, 'p'));
  for (int i = 0; i < 200; ++i) talk.say({kIn, request});
  EXPECT_GT(talk.sink.notes[Note::RequestOverflow], 0U);
  EXPECT_LT(talk.conversation.held_bytes(), 3U << 20U);
  for (int i = 0; i < 200; ++i) talk.say({kOut, kOk});
  EXPECT_EQ(talk.sink.spans.size() + talk.sink.notes[Note::RequestOverflow], 200U);
  talk.conversation.on_tick(talk.now, talk.sink);
  EXPECT_LT(talk.conversation.held_bytes(), 1024U);
}

TEST(Http1Loss, AResponseUnderWayIsNotTimedOut) {
  Talk talk(500);
  talk.say_all({{kIn, get("/a")}, {kOut, with_length(10) + "abc"}});
  talk.conversation.on_tick(talk.now += 1000, talk.sink);
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.say({kOut, "defghij"});
  EXPECT_EQ(talk.sink.reported(), Lines{"GET /a 200 0/10"});
}

}  // namespace
}  // namespace obi::protocol::http1
