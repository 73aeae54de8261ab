// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/conversation_fixture.hpp"
#include "protocol/kafka/message_fixture.hpp"

namespace obi::protocol::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kHeartbeatKey = 12;

TEST(KafkaConversation, EveryVersionOfProduceIsReadToItsEnd) {
  const std::vector<TestTopic> topics = {
      {.name = "orders", .id = 'a', .partitions = {3}, .offset = 42},
      {.name = "audit", .id = 'b', .partitions = {0, 1}}};
  for (std::int16_t version = 0; version <= 13; ++version) {
    Talk talk("kafka");
    talk.client(metadata_request(12, 1, "orders"));
    talk.server(metadata_answer(12, 1, topics));
    talk.client(produce_request(version, 2, topics));
    talk.server(produce_answer(version, 2, topics));
    EXPECT_THAT(talk.reported(), ElementsAre("publish orders 0 client=[app] partition=3 offset=42",
                                             "publish audit 0 client=[app]"))
        << version;
    EXPECT_EQ(talk.sink.notes[Note::MessageMalformed], 0U) << version;
  }
}

TEST(KafkaConversation, EveryVersionOfFetchIsReadToItsEnd) {
  const std::vector<TestTopic> topics = {
      {.name = "orders", .id = 'a', .partitions = {3}, .offset = 42},
      {.name = "idle", .id = 'c', .records = 0},
      {.name = "audit", .id = 'b', .partitions = {0, 1}}};
  for (std::int16_t version = 0; version <= 18; ++version) {
    Talk talk("kafka");
    talk.client(metadata_request(10, 1, "orders"));
    talk.server(metadata_answer(10, 1, topics));
    talk.client(fetch_request(version, 2, topics));
    talk.server(fetch_answer(version, 2, topics));
    EXPECT_THAT(talk.reported(), ElementsAre("process orders 0 client=[app] partition=3 offset=42",
                                             "process audit 0 client=[app]"))
        << version;
    EXPECT_EQ(talk.sink.notes[Note::MessageMalformed], 0U) << version;
    EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 2U) << version;
  }
}

TEST(KafkaConversation, ASpanLastsFromTheRequestsFirstByteToTheAnswersLast) {
  Talk talk("kafka");
  const std::string request = produce_request(9, 1, {{.name = "t"}});
  const std::string answer = produce_answer(9, 1, {{.name = "t"}});
  talk.client(request.substr(0, 4));
  talk.client(request.substr(4));
  talk.server(answer.substr(0, 5));
  talk.server(answer.substr(5));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kKafkaClient);
  EXPECT_EQ(span.messaging->system, "kafka");
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.request_start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1040U);
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.request_bytes, static_cast<std::int64_t>(request.size()));
  EXPECT_EQ(span.response_bytes, static_cast<std::int64_t>(answer.size()));
  EXPECT_EQ(talk.sink.stream_requests, 1);
}

TEST(KafkaConversation, ABrokersSpansAreThoseOfAServer) {
  Talk talk("kafka", {.client_direction = model::Direction::kReceive});
  talk.client(produce_request(9, 1, {{.name = "t"}}) + fetch_request(12, 2, {{.name = "t"}}));
  talk.server(produce_answer(9, 1, {{.name = "t"}}) + fetch_answer(12, 2, {{.name = "t"}}));
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kKafkaServer);
  EXPECT_EQ(talk.sink.spans[1].type, model::EventType::kKafkaServer);
}

TEST(KafkaConversation, AnswersBelongToTheirRequestsInAnyOrder) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}) + produce_request(9, 2, {{.name = "b"}}) +
              fetch_request(12, 3, {{.name = "c"}}));
  talk.server(fetch_answer(12, 3, {{.name = "c"}}) +
              produce_answer(9, 2, {{.name = "b", .offset = 2}}) +
              produce_answer(9, 1, {{.name = "a", .offset = 1}}));
  EXPECT_THAT(talk.reported(), ElementsAre("process c 0 client=[app] partition=0 offset=0",
                                           "publish b 0 client=[app] partition=0 offset=2",
                                           "publish a 0 client=[app] partition=0 offset=1"));
}

TEST(KafkaConversation, WhatNeedsNoAcknowledgementEndsWithTheRequest) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}, 0));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[app] partition=0"));
  EXPECT_FALSE(talk.conversation().has_open_request());
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1010U);
}

TEST(KafkaConversation, AnEmptyPollIsNoOperation) {
  Talk talk("kafka");
  talk.client(fetch_request(12, 1, {{.name = "a"}}));
  talk.server(fetch_answer(12, 1, {{.name = "a", .records = 0}}));
  talk.client(fetch_request(12, 2, {}));
  talk.server(fetch_answer(12, 2, {}));
  talk.client(fetch_request(12, 3, {}));
  talk.close();
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
}

TEST(KafkaConversation, InASessionTheAnswerSaysWhatWasFetched) {
  Talk talk("kafka");
  talk.client(fetch_request(12, 1, {}));
  talk.server(fetch_answer(12, 1, {{.name = "a", .partitions = {5}, .base = 1234}}));
  EXPECT_THAT(talk.reported(), ElementsAre("process a 0 client=[app] partition=5 offset=1234"));
}

TEST(KafkaConversation, AFetchThatFailedHasNoRecords) {
  Talk talk("kafka");
  talk.client(fetch_request(12, 1, {{.name = "a"}}));
  talk.server(fetch_answer(12, 1, {{.name = "a", .records = 0, .error = 3}}));
  EXPECT_THAT(talk.reported(), IsEmpty());
}

TEST(KafkaConversation, ARefusedMessageHasNoOffset) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}));
  talk.server(produce_answer(9, 1, {{.name = "a", .offset = -1, .error = 10}}));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[app] partition=0"));
}

TEST(KafkaConversation, ATopicWhoseNameWasNeverHeardOfIsAStar) {
  Talk talk("kafka");
  talk.client(produce_request(13, 1, {{.id = 'x'}}));
  talk.server(produce_answer(13, 1, {{.id = 'x', .offset = 3}}));
  EXPECT_THAT(talk.reported(), ElementsAre("publish * 0 client=[app] partition=0 offset=3"));
}

TEST(KafkaConversation, ConnectionsShareWhatTheyLearnOfTopics) {
  const auto shared = std::make_shared<Protocols>();
  Talk first("kafka", {}, shared);
  first.client(metadata_request(13, 1, "orders"));
  first.server(metadata_answer(13, 1, {{.name = "orders", .id = 'x'}}));
  Talk second("kafka", {}, shared);
  second.client(fetch_request(17, 1, {}));
  second.server(fetch_answer(17, 1, {{.id = 'x'}}));
  EXPECT_THAT(second.reported(), ElementsAre("process orders 0 client=[app] partition=0 offset=0"));
}

TEST(KafkaConversation, OtherRequestsAreWalkedPast) {
  Talk talk("kafka");
  talk.client(test_request(18, 4, 1, true,
                           "\4lib\4"
                           "1.0" +
                               std::string(1, '\0')));
  talk.server(test_answer(1, false, std::string(300, 'v')));
  talk.client(test_request(36, 2, 2, true, "\7secret" + std::string(1, '\0')));
  talk.server(test_answer(2, true, std::string(20, '\0')));
  talk.client(test_request(kHeartbeatKey, 4, 3, true, std::string(60, 'h')));
  talk.server(test_answer(3, true, std::string(7, '\0')));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::MessageMalformed], 0U);
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 0U);
}

TEST(KafkaConversation, RecordsThatWereNotCapturedDoNoHarm) {
  Talk talk("kafka");
  const std::vector<TestTopic> topics = {{.name = "a", .records = 50'000, .base = 9},
                                         {.name = "b"}};
  const std::string request = produce_request(9, 1, topics);
  talk.client(request.substr(0, 4096), 40'000);
  talk.client(request.substr(44'096));
  talk.server(produce_answer(9, 1, topics));
  // A broker: the head by send, the records by sendfile.
  talk.client(fetch_request(12, 2, {}));
  const std::string answer = fetch_answer(12, 2, topics);
  const std::size_t records = answer.find(std::string(9, 'r')) - 8;
  talk.server(answer.substr(0, records));
  talk.server("", 50'000);
  talk.server(answer.substr(records + 50'000));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[app] partition=0 offset=0",
                                           "publish b 0 client=[app] partition=0 offset=0",
                                           "process a 0 client=[app] partition=0",
                                           "process b 0 client=[app] partition=0 offset=0"));
}

TEST(KafkaConversation, OfARequestThatIsCutTheTopicsThatWereSeenAreReported) {
  Talk talk("kafka");
  const std::string request = produce_request(9, 1, {{.name = "a"}, {.name = "b"}});
  talk.client(request.substr(0, 40), request.size() - 40);
  talk.server(produce_answer(9, 1, {{.name = "a", .offset = 4}, {.name = "b"}}));
  const std::string second = produce_request(9, 2, {{.name = "a"}});
  talk.client(second.substr(0, 20), second.size() - 20);
  talk.server(produce_answer(9, 2, {{.name = "a"}}));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[app] partition=0 offset=4",
                                           "publish * 0 client=[app]"));
  EXPECT_EQ(talk.sink.notes[Note::HeadTruncated], 2U);
}

TEST(KafkaConversation, ALostAnswerCostsOnlyItsOwnRequest) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}) + fetch_request(12, 2, {{.name = "f"}}) +
              produce_request(9, 3, {{.name = "c"}}));
  talk.lose_of_server(0);
  talk.client(produce_request(9, 4, {{.name = "d"}}));
  talk.server(produce_answer(9, 4, {{.name = "d"}}));
  EXPECT_THAT(talk.reported(), ElementsAre("publish d 0 client=[app] partition=0 offset=0"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 3U);
}

TEST(KafkaConversation, AnAnswerThatBreaksOffIsLost) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}) + fetch_request(12, 2, {{.name = "f"}}));
  talk.server(produce_answer(9, 1, {{.name = "a"}}).substr(0, 12));
  talk.lose_of_server(0);
  talk.server(fetch_answer(12, 2, {{.name = "f"}}).substr(0, 30));
  talk.lose_of_server(0);
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 2U);
}

TEST(KafkaConversation, ALostRequestsAnswerIsUnpaired) {
  Talk talk("kafka");
  const std::string lost = produce_request(9, 1, {{.name = "lost"}});
  talk.client(lost.substr(0, 30));
  talk.lose_of_client(0);
  talk.client(produce_request(9, 2, {{.name = "b"}}));
  talk.server(produce_answer(9, 1, {{.name = "lost"}}));
  talk.server(produce_answer(9, 2, {{.name = "b"}}));
  EXPECT_THAT(talk.reported(), ElementsAre("publish b 0 client=[app] partition=0 offset=0"));
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(KafkaConversation, InMidLifeItGoesOnWithTheNextRequestOfWhichTheSizeMayBeReadAlone) {
  Talk talk("kafka", {.mid_life = true});
  talk.server(std::string(100, 'r'));
  talk.client(std::string(50, 'q'));
  const std::string request = produce_request(9, 70, {{.name = "a"}});
  const std::string answer = produce_answer(9, 70, {{.name = "a"}});
  talk.client(request.substr(0, 4));
  talk.client(request.substr(4));
  const std::string older = produce_answer(9, 69, {{.name = "z"}});
  talk.server(older.substr(0, 4));
  talk.server(older.substr(4));
  talk.server(answer.substr(0, 4));
  talk.server(answer.substr(4));
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[app] partition=0 offset=0"));
}

TEST(KafkaConversation, WhatWasWhollyAskedHasFailedWhenItsConnectionEnds) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}, {.name = "b"}}));
  talk.client(produce_request(9, 2, {{.name = "a"}}).substr(0, 33));
  talk.close(model::ConnectionEnd::kPeerReset);
  EXPECT_THAT(talk.reported(), ElementsAre("publish a 0 client=[app] partition=0 !reset",
                                           "publish b 0 client=[app] partition=0 !reset"));
  EXPECT_EQ(talk.sink.notes[Note::RequestNoResponse], 1U);
}

TEST(KafkaConversation, WhatIsNeverAnsweredIsAbandonedInTheEnd) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}));
  talk.stay_quiet(301'000'000'000);
  EXPECT_FALSE(talk.conversation().has_open_request());
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(KafkaConversation, ALaterVersionIsNotGuessedAt) {
  Talk talk("kafka");
  talk.client(test_request(0, 14, 1, true, std::string(40, '\1')));
  talk.server(test_answer(1, true, std::string(40, '\1')));
  talk.client(test_request(1, 19, 2, true, std::string(40, '\1')));
  talk.server(test_answer(2, true, std::string(40, '\1')));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::MessageUnsupported], 2U);
}

TEST(KafkaConversation, CountsAndLengthsBeyondTheMessageAreMalformed) {
  for (const std::int64_t count : {0x7fffffffLL, -2LL, 2LL}) {
    Talk talk("kafka");
    std::string request = produce_request(8, 1, {{.name = "a"}});
    request.replace(4 + 13 + 2 + 2 + 4, 4,
                    TestBytes(false).number(4, count).out());  // how many topics
    talk.client(request);
    talk.client(produce_request(8, 2, {{.name = "b"}}));
    talk.server(produce_answer(8, 1, {{.name = "a"}}) + produce_answer(8, 2, {{.name = "b"}}));
    EXPECT_THAT(talk.reported(), ElementsAre("publish b 0 client=[app] partition=0 offset=0"));
    EXPECT_EQ(talk.sink.notes[Note::MessageMalformed], 1U);
  }
}

TEST(KafkaConversation, TopicsBeyondTheBoundAreCounted) {
  std::vector<TestTopic> topics;
  for (int i = 0; i < 300; ++i) topics.push_back({.name = "topic" + std::to_string(i)});
  Talk talk("kafka");
  talk.client(produce_request(9, 1, topics));
  talk.server(produce_answer(9, 1, topics));
  EXPECT_EQ(talk.sink.spans.size(), Topics::kMost);
  EXPECT_EQ(talk.sink.notes[Note::RequestOverflow], 300 - Topics::kMost);
}

TEST(KafkaConversation, MemoryOfManyOpenRequestsIsBounded) {
  const std::vector<TestTopic> topics(200, {.name = std::string(249, 'n'), .records = 0});
  Talk talk("kafka");
  for (int i = 0; i < 200; ++i) talk.client(produce_request(9, i, topics));
  EXPECT_LT(talk.conversation().held_bytes(), 6U << 20U);
  EXPECT_GT(talk.sink.notes[Note::RequestOverflow], 0U);
}

TEST(KafkaConversation, NoPayloadIsInWhatIsReported) {
  Talk talk("kafka");
  talk.client(produce_request(9, 1, {{.name = "a"}}));
  talk.server(produce_answer(9, 1, {{.name = "a"}}));
  for (const std::string& line : talk.reported()) EXPECT_EQ(line.find("rrr"), std::string::npos);
}

TEST(KafkaConversation, IsRobust) {
  const std::vector<TestTopic> topics = {{.name = "orders", .id = 'a', .partitions = {3}},
                                         {.name = "audit", .id = 'b', .partitions = {0, 1}}};
  std::vector<Call> calls;
  std::int32_t id = 0;
  const auto exchange = [&](std::string request, std::string answer) {
    calls.push_back({.bytes = std::move(request)});
    calls.push_back({.from_server = true, .bytes = std::move(answer)});
    ++id;
  };
  exchange(metadata_request(12, id, "orders"), metadata_answer(12, id, topics));
  for (const std::int16_t version : {2, 9, 13})
    exchange(produce_request(version, id, topics), produce_answer(version, id, topics));
  for (const std::int16_t version : {4, 12, 17})
    exchange(fetch_request(version, id, topics), fetch_answer(version, id, topics));
  expect_robust("kafka", calls);
}

}  // namespace
}  // namespace obi::protocol::kafka
