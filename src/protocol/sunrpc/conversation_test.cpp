// SPDX-License-Identifier: Apache-2.0
#include "protocol/sunrpc/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"
#include "protocol/sunrpc/conversation_fixture.hpp"

namespace obi::protocol::sunrpc {
namespace {

using testing::ElementsAre;

constexpr std::string_view kName = "sunrpc";

TEST(SunrpcConversation, ACallAndItsReplyAreOneSpan) {
  Talk talk(kName);
  const std::string asked = call(1, 100003, 3, 1);
  const std::string done = reply(1);
  talk.client(asked);
  talk.server(done);
  ASSERT_THAT(talk.reported(), ElementsAre("GETATTR nfs 0"));
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kSunRpcClient);
  EXPECT_EQ(span.request_bytes, static_cast<std::int64_t>(asked.size()));
  EXPECT_EQ(span.response_bytes, static_cast<std::int64_t>(done.size()));
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1020U);
  EXPECT_EQ(span.pid, 7U);
  ASSERT_NE(span.rpc, nullptr);
  EXPECT_EQ(span.rpc->program, "nfs");
  EXPECT_EQ(span.rpc->version, 3U);
  EXPECT_EQ(span.rpc->procedure_number, 1);
  EXPECT_EQ(span.rpc->auth_flavor, "auth_sys");
}

TEST(SunrpcConversation, TheServerSideHasItsOwnSpans) {
  Talk talk(kName, {.client_direction = model::Direction::kReceive});
  talk.client(call(1, 100000, 2, 3));
  talk.server(reply(1));
  ASSERT_THAT(talk.reported(), ElementsAre("GETPORT portmapper 0"));
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kSunRpcServer);
}

TEST(SunrpcConversation, AServerMayCallBack) {
  Talk talk(kName);
  talk.client(call(1, 100003, 4, 1));
  talk.server(call(1, 400122, 1, 1));
  talk.client(reply(1));
  talk.server(reply(1, 5));
  EXPECT_THAT(talk.reported(), ElementsAre("CB_COMPOUND nfs_cb 0", "COMPOUND nfs 6"));
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kSunRpcServer);
  EXPECT_EQ(talk.sink.spans[1].type, model::EventType::kSunRpcClient);
}

TEST(SunrpcConversation, RepliesMayComeInAnyOrder) {
  Talk talk(kName);
  talk.client(call(1, 100003, 3, 6) + call(2, 100003, 3, 7) + call(3, 100005, 3, 1));
  talk.server(reply(3) + denial(1));
  talk.server(reply(2, 1));
  EXPECT_THAT(talk.reported(), ElementsAre("MNT mountd 0", "READ nfs 1", "WRITE nfs 2"));
  EXPECT_EQ(talk.sink.stream_requests, 1);
}

TEST(SunrpcConversation, UnknownNumbersAreReportedAsSuch) {
  Talk talk(kName);
  talk.client(call(1, 0x20000099, 1, 42));
  talk.server(reply(1));
  EXPECT_THAT(talk.reported(), ElementsAre("42  0"));
}

TEST(SunrpcConversation, ARecordMayComeInFragments) {
  Talk talk(kName);
  const std::string front = call_front(1, 100003, 3, 7);
  talk.client(fragment(front.substr(0, 10), false) + fragment("", false));
  talk.client(fragment(front.substr(10), false));
  talk.client(fragment(std::string(5000, 'd'), false).substr(0, 3000), 2004);
  talk.client(fragment("", true));
  talk.server(fragment(words({1, 1, 0, 0}), false) + fragment(words({0, 0}) + "result"));
  ASSERT_THAT(talk.reported(), ElementsAre("WRITE nfs 0"));
  EXPECT_EQ(talk.sink.spans[0].start_ns, 1010U);
  EXPECT_EQ(talk.sink.spans[0].request_bytes,
            static_cast<std::int64_t>(front.size() + 5000 + 5 * FragmentMark::kBytes));
}

TEST(SunrpcConversation, ArgumentsThatWereNotCapturedCostNothing) {
  Talk talk(kName);
  const std::string write = call(1, 100003, 3, 7, std::string(100'000, 'd'));
  talk.client(write.substr(0, 4096), write.size() - 4096);
  talk.server(reply(1));
  talk.client(call(2, 100003, 3, 6));
  const std::string read = reply(2, 0, std::string(100'000, 'r'));
  talk.server(read.substr(0, 4096), read.size() - 4096);
  EXPECT_THAT(talk.reported(), ElementsAre("WRITE nfs 0", "READ nfs 0"));
}

TEST(SunrpcConversation, LostRepliesCostTheirCallsOnly) {
  Talk talk(kName);
  talk.client(call(1, 100003, 3, 1) + call(2, 100003, 3, 3) + call(3, 100003, 3, 4));
  talk.server(reply(1));
  talk.lose_of_server(0);
  talk.server(reply(3));
  EXPECT_THAT(talk.reported(), ElementsAre("GETATTR nfs 0", "ACCESS nfs 0"));
  talk.stay_quiet(301'000'000'000);
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(SunrpcConversation, LostCallsLeaveRepliesWithoutPartner) {
  Talk talk(kName);
  talk.client(call(1, 100003, 3, 1).substr(0, 30));
  talk.lose_of_client(200);
  talk.server(reply(1));
  talk.server(reply(2));
  talk.client("rest of a call");
  talk.client(call(3, 100003, 3, 1));
  talk.server(reply(3));
  EXPECT_THAT(talk.reported(), ElementsAre("GETATTR nfs 0"));
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 2U);
}

TEST(SunrpcConversation, ALossInsideARecordOfFragmentsEndsIt) {
  Talk talk(kName);
  talk.client(fragment(call_front(1, 100003, 3, 7), false));
  talk.lose_of_client(0);
  talk.client(call(2, 100003, 3, 1));
  talk.server(reply(2));
  EXPECT_THAT(talk.reported(), ElementsAre("GETATTR nfs 0"));
}

TEST(SunrpcConversation, ABatchedCallHasNoReply) {
  Talk talk(kName);
  talk.client(call(1, 0x20000001, 1, 1));
  talk.client(call(2, 100003, 3, 1));
  talk.server(reply(2));  // what came before it is taken for batched (RFC 5531 section 8.4.1)
  talk.close();
  EXPECT_EQ(talk.sink.notes[Note::RequestNoResponse], 1U);
  EXPECT_THAT(talk.reported(), ElementsAre("GETATTR nfs 0"));
}

TEST(SunrpcConversation, CredentialsAreNeverReported) {
  Talk talk(kName);
  talk.client(call(1, 100003, 3, 1));
  talk.server(reply(1));
  const model::Span& span = talk.sink.spans.at(0);
  for (const auto text : {span.method, span.path, span.rpc->program, span.rpc->auth_flavor})
    EXPECT_EQ(text.find("secret"), std::string_view::npos);
}

TEST(SunrpcConversation, IsRobust) {
  expect_robust(kName, {{false, call(1, 100003, 3, 1)},
                        {true, reply(1)},
                        {false, call(2, 100003, 4, 1) + call(3, 100005, 3, 1)},
                        {true, denial(3) + call(9, 400122, 1, 1)},
                        {false, fragment(words({9, 1}), false) + fragment(words({0, 0, 0, 0}))},
                        {true, reply(2, 4)}});
}

TEST(SunrpcClassifier, KnowsACallByItself) {
  EXPECT_EQ(classified({{false, call(1, 100003, 3, 1)}}), kName);
  EXPECT_EQ(classified({{false, call(1, 0x31230000, 1, 1)}}, model::ConnectionRole::kServer),
            kName);
  EXPECT_EQ(classified({{false, fragment(call_front(1, 100003, 3, 7), false)}}), kName);
  const std::string front = call_front(1, 100003, 3, 7);
  EXPECT_EQ(
      classified({{false, fragment(front.substr(0, 20), false) + fragment(front.substr(20))}}),
      kName);
  EXPECT_EQ(classified({{false, call(1, 100003, 3, 1).substr(0, 4)},
                        {false, call(1, 100003, 3, 1).substr(4)}}),
            kName);
}

TEST(SunrpcClassifier, InMidLifeItWaitsForACall) {
  EXPECT_EQ(classified({{true, reply(1)}, {false, call(2, 100003, 3, 1)}},
                       model::ConnectionRole::kClient, 0, true),
            kName);
}

TEST(SunrpcClassifier, IsNotDeceived) {
  EXPECT_EQ(classified({{false, "none of ours, says the client"}, {true, reply(1)}}), "");
  EXPECT_EQ(classified({{false, fragment(std::string(64, '\0'))}, {true, reply(0)}}), "");
  EXPECT_EQ(classified({{true, reply(1)}, {true, std::string(100, 'x')}}), "");
}

}  // namespace
}  // namespace obi::protocol::sunrpc
