// SPDX-License-Identifier: Apache-2.0
// What becomes of requests and responses that their connection's end cuts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/http1/conversation.hpp"
#include "protocol/http1/conversation_fixture.hpp"

namespace obi::protocol::http1 {
namespace {

using model::ConnectionEnd;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string kUntilClose = "HTTP/1.1 200 OK\r\n\r\nhalf";

TEST(Http1Unanswered, ABodyThatIsCutHasItsStatusAndHasFailed) {
  for (const std::string framing :
       {"Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"}) {
    for (const bool fin_was_seen : {true, false}) {
      Talk talk;
      talk.say({kOut, get("/a")});
      talk.say({kIn, "HTTP/1.1 206 X\r\n" + framing});
      if (fin_was_seen) talk.conversation.on_end_of_stream(kIn, talk.now, talk.sink);
      talk.close(ConnectionEnd::kPeerClosed);
      EXPECT_THAT(talk.sink.reported(), ElementsAre("GET /a 206 0/4 !eof"));
    }
  }
}

TEST(Http1Unanswered, ABodyUntilTheCloseIsWholeIfTheServerClosed) {
  for (const auto& [is_client, end, reported] :
       {std::tuple(true, ConnectionEnd::kPeerClosed, "GET /a 200 0/4"),
        {true, ConnectionEnd::kPeerReset, "GET /a 200 0/4 !reset"},
        {true, ConnectionEnd::kClosed, "GET /a 200 0/4 !cancelled"},
        {true, ConnectionEnd::kUnknown, "GET /a 200 0/4"},
        {false, ConnectionEnd::kClosed, "GET /a 200 0/4"},
        {false, ConnectionEnd::kPeerReset, "GET /a 200 0/4 !reset"},
        {false, ConnectionEnd::kPeerClosed, "GET /a 200 0/4 !cancelled"}}) {
    Talk talk;
    talk.say({is_client ? kOut : kIn, get("/a")});
    talk.say({is_client ? kIn : kOut, kUntilClose});
    talk.close(end);
    EXPECT_THAT(talk.sink.reported(), ElementsAre(reported));
  }
}

// The client had shut its sending side: the end of the server's stream is that of the body.
TEST(Http1Unanswered, ABodyUntilTheCloseEndsWithItsStreamWhoeverWasFirst) {
  Talk talk;
  talk.say({kIn, get("/a")});
  talk.say({kOut, kUntilClose});
  talk.conversation.on_end_of_stream(kOut, talk.now, talk.sink);
  talk.close(ConnectionEnd::kPeerClosed);
  EXPECT_THAT(talk.sink.reported(), ElementsAre("GET /a 200 0/4"));
}

TEST(Http1Unanswered, OfAPipelineWhatWasAnsweredIsAndTheRestHasFailed) {
  Talk talk;
  talk.say({kOut, get("/a") + get("/b") + get("/c")});
  talk.say({kIn, kOk + "HTTP/1.1 404 X\r\nContent-Length: 9\r\n\r\nno"});
  talk.close(ConnectionEnd::kPeerReset);
  EXPECT_THAT(talk.sink.reported(),
              ElementsAre("GET /a 200 0/2", "GET /b 404 0/2 !reset", "GET /c 0 0/0 !reset"));
}

TEST(Http1Unanswered, ARequestWhoseBodyIsNotWholeIsOneAsWell) {
  Talk talk;
  talk.say({kOut, "POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"});
  talk.close(ConnectionEnd::kPeerReset);
  EXPECT_THAT(talk.sink.reported(), ElementsAre("POST /a 0 4/0 !reset"));
}

TEST(Http1Unanswered, AnInterimResponseIsNoAnswer) {
  Talk talk;
  talk.say({kOut, "POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"});
  talk.say({kIn, "HTTP/1.1 100 Continue\r\n\r\n"});
  talk.close(ConnectionEnd::kPeerClosed);
  EXPECT_THAT(talk.sink.reported(), ElementsAre("POST /a 0 0/0 !eof"));
}

TEST(Http1Unanswered, WhatMayHaveBeenAnsweredIsLost) {
  for (const bool garbage : {false, true}) {
    Talk talk;
    talk.say({kOut, get("/a")});
    garbage ? static_cast<void>(talk.say({kIn, "?? what is that"})) : talk.gap(kIn, 20);
    talk.close(ConnectionEnd::kPeerReset);
    EXPECT_THAT(talk.sink.reported(), IsEmpty());
    EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
  }
}

TEST(Http1Unanswered, ARequestThatTimedOutIsNotReportedTwice) {
  Talk talk(50);
  talk.say({kOut, get("/a")});
  talk.conversation.on_tick(talk.now += 100, talk.sink);
  talk.close(ConnectionEnd::kClosed);
  EXPECT_THAT(talk.sink.reported(), ElementsAre("GET /a 408 0/0"));
}

TEST(Http1Unanswered, AnUpgradedConnectionEndsQuietly) {
  Talk talk;
  talk.say({kOut, get("/chat")});
  talk.say({kIn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"});
  talk.say({kOut, "\x81\x05hello"});
  talk.close(ConnectionEnd::kPeerReset);
  EXPECT_THAT(talk.sink.reported(), ElementsAre("GET /chat 101 0/0"));
}

TEST(Http1Unanswered, OfAConnectionThatIsForgottenAResponseUnderWayIsWhatWasSeen) {
  Talk talk;
  talk.say({kOut, get("/a") + get("/b")});
  talk.say({kIn, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"});
  talk.close(ConnectionEnd::kStillOpen);
  EXPECT_THAT(talk.sink.reported(), ElementsAre("GET /a 200 0/4"));
  EXPECT_EQ(talk.sink.notes[Note::RequestOpen], 1U);
}

}  // namespace
}  // namespace obi::protocol::http1
