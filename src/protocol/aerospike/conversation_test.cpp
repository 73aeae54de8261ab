// SPDX-License-Identifier: Apache-2.0
#include "protocol/aerospike/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/aerospike/message_fixture.hpp"
#include "protocol/conversation_fixture.hpp"

namespace obi::protocol::aerospike {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> reported_of(const std::string& request, const std::string& answered) {
  Talk talk("aerospike");
  talk.client(request);
  talk.server(answered);
  return talk.reported();
}

std::string batch(const std::string& entry) {
  const std::string records = big(7, 4) + '\1' + big(0, 4) + std::string(20, 'd') + entry +
                              big(2, 2) + big(0, 2) + field(0, "test") + field(1, "users");
  return message({.info1 = 1 | 8, .fields = {field(41, records)}});
}

TEST(AerospikeConversation, OperationsOnOneRecord) {
  const auto operation = [](int info1, int info2, std::initializer_list<std::string> ops = {}) {
    return reported_of(request(info1, info2, ops), answer()).at(0);
  };
  EXPECT_EQ(operation(3, 0), "GET users 0 db=[test]");
  EXPECT_EQ(operation(1, 0, {op(1, "name")}), "GET users 0 db=[test]");
  EXPECT_EQ(operation(1 | 32, 0), "EXISTS users 0 db=[test]");
  EXPECT_EQ(operation(0, 1, {op(2, "name", "x")}), "PUT users 0 db=[test]");
  EXPECT_EQ(operation(0, 1 | 2), "DELETE users 0 db=[test]");
  EXPECT_EQ(operation(0, 1, {op(11, "")}), "TOUCH users 0 db=[test]");
  EXPECT_EQ(operation(1, 1, {op(1, "name"), op(2, "name", "x")}), "OPERATE users 0 db=[test]");
  EXPECT_EQ(operation(1, 0, {op(3, "list")}), "OPERATE users 0 db=[test]");
}

TEST(AerospikeConversation, AUserFunction) {
  EXPECT_THAT(reported_of(message({.info2 = 1, .fields = {field(0, "test"), field(30, "package")}}),
                          answer(100)),
              ElementsAre("UDF  1 code=[100] db=[test]"));
}

TEST(AerospikeConversation, WhatIsNotFoundIsNoFailure) {
  EXPECT_THAT(reported_of(get(), answer(2)), ElementsAre("GET users 0 db=[test]"));
  EXPECT_THAT(reported_of(put(), answer(5)), ElementsAre("PUT users 1 code=[5] db=[test]"));
}

TEST(AerospikeConversation, ABatchSaysHowMuchAndWhat) {
  Talk talk("aerospike");
  const std::string_view zero("\0", 1);
  for (const std::string& entry : {std::string(zero) + "\3", "\2" + std::string("\0\1\0", 3),
                                   "\2" + std::string("\0\3\0", 3)}) {
    talk.client(batch(entry));
    talk.server(frame(3, row() + row()));
    talk.server(frame(3, row() + last()));
  }
  EXPECT_THAT(talk.reported(),
              ElementsAre("BATCH_READ users 0 db=[test]", "BATCH_WRITE users 0 db=[test]",
                          "BATCH_DELETE users 0 db=[test]"));
  EXPECT_EQ(talk.sink.spans[0].database->batch_size, 7U);
  EXPECT_EQ(talk.sink.spans[0].end_ns - talk.sink.spans[0].start_ns, 20U);
}

TEST(AerospikeConversation, ScansAndQueriesEndWithTheirLastPart) {
  Talk talk("aerospike");
  talk.client(
      message({.info1 = 3, .fields = {field(0, "test"), field(1, "users"), field(11, "p")}}));
  talk.server(frame(3, row()));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(frame(3, last()));
  talk.client(message(
      {.info1 = 3,
       .fields = {field(0, "test"), field(1, "users"), field(22, "range"), field(11, "p")}}));
  talk.server(frame(3, last(201)));
  EXPECT_THAT(talk.reported(),
              ElementsAre("SCAN users 0 db=[test]", "QUERY users 1 code=[201] db=[test]"));
}

TEST(AerospikeConversation, AnAnswerWhoseLastPartIsNotCapturedEndsBeforeTheNextRequest) {
  Talk talk("aerospike");
  talk.client(batch(std::string("\0\3", 2)));
  const std::string rows = row() + std::string(5000, 'r');
  talk.server(frame(3, rows).substr(0, 100), rows.size() + 8 - 100);
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.client(get());
  talk.server(answer());
  EXPECT_THAT(talk.reported(),
              ElementsAre("BATCH_READ users 0 db=[test]", "GET users 0 db=[test]"));
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1020U);
}

TEST(AerospikeConversation, InfoAndSecurityMakeNoSpan) {
  Talk talk("aerospike");
  talk.client(frame(2, std::string(16, '\0') + "password"));
  talk.server(frame(2, std::string(16, '\0')));
  talk.client(frame(1, "node\n"));
  talk.server(frame(1, "node\tBB9\n"));
  talk.client(get());
  talk.server(answer());
  EXPECT_THAT(talk.reported(), ElementsAre("GET users 0 db=[test]"));
}

TEST(AerospikeConversation, WhatIsCompressedIsCountedAndUnknown) {
  Talk talk("aerospike");
  talk.client(frame(4, big(1000, 8) + "zlib"));
  talk.server(answer(4));
  EXPECT_THAT(talk.reported(), ElementsAre("  1 code=[4]"));
  EXPECT_EQ(talk.sink.notes[Note::MessageUnsupported], 1U);
}

TEST(AerospikeConversation, LostAnswersAreLossesAndNoPairIsWrong) {
  Talk talk("aerospike");
  talk.client(put());
  talk.lose_of_server(0);
  talk.client(get());
  talk.server(answer(2));
  EXPECT_THAT(talk.reported(), ElementsAre("GET users 0 db=[test]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(AerospikeConversation, LostRequestsTakeWhatWaits) {
  Talk talk("aerospike");
  talk.client(put());
  talk.lose_of_client(0);
  talk.server(answer());
  talk.client(get());
  talk.server(answer());
  EXPECT_THAT(talk.reported(), ElementsAre("GET users 0 db=[test]"));
}

TEST(AerospikeConversation, AHeaderThatIsReadAlone) {
  Talk talk("aerospike", {.mid_life = true});
  talk.server("rest of an answer");
  talk.client(get());
  talk.server(answer().substr(0, 8));
  talk.server(answer().substr(8));
  EXPECT_THAT(talk.reported(), ElementsAre("GET users 0 db=[test]"));
}

TEST(AerospikeConversation, TheServersSideMakesNoSpan) {
  Talk talk("aerospike", {.client_direction = model::Direction::kReceive});
  talk.client(get());
  talk.server(answer());
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_THAT(talk.sink.notes, IsEmpty());
}

TEST(AerospikeConversation, ValuesAndKeysAreInNoText) {
  Talk talk("aerospike");
  talk.client(message({.info2 = 1,
                       .fields = {field(0, "test"), field(1, "users"), field(2, "\3secret")},
                       .ops = {op(2, "name", "secret")}}));
  talk.server(answer());
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.reported()[0].find("secret"), std::string::npos);
  EXPECT_EQ(talk.sink.spans[0].database->query_text, "");
}

TEST(AerospikeConversation, IsRobust) {
  expect_robust("aerospike", {{false, frame(1, "node\n")},
                              {true, frame(1, "node\tBB9\n")},
                              {false, put()},
                              {true, answer()},
                              {false, batch(std::string("\0\3", 2))},
                              {true, frame(3, row() + row())},
                              {true, frame(3, last())},
                              {false, get()},
                              {true, answer(2)}});
}

TEST(AerospikeClassifier, ByFrameAndHeader) {
  EXPECT_EQ(classified({{false, get()}}), "aerospike");
  EXPECT_EQ(classified({{false, frame(1, "node\n")}}), "aerospike");
  EXPECT_EQ(classified({{false, get().substr(0, 8)}, {false, get().substr(8)}}), "aerospike");
  EXPECT_EQ(classified({{true, answer()}}, model::ConnectionRole::kClient, 0, true), "aerospike");
}

TEST(AerospikeClassifier, OtherwiseNot) {
  EXPECT_EQ(classified({{false, frame(1, "\1\2\3")}}), "");
  EXPECT_EQ(classified({{false, frame(3, std::string(40, 'x'))}}), "");
  EXPECT_EQ(classified({{false, answer()}}), "");  // without fields
  EXPECT_EQ(classified({{false, frame(5, "node\n")}}), "");
}

}  // namespace
}  // namespace obi::protocol::aerospike
