// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/mongo/message_fixture.hpp"
#include "protocol/mongo/options.hpp"

namespace obi::protocol::mongo {
namespace {

using std::string_literals::operator""s;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint32_t kMoreToCome = 2;
constexpr std::uint32_t kExhaustAllowed = 0x10000;

std::vector<std::string> reported_of(const std::string& request, const std::string& answer) {
  Talk talk("mongo");
  talk.client(request);
  if (!answer.empty()) talk.server(answer);
  talk.close();
  return talk.reported();
}

TEST(MongoConversation, CommandsByNameCollectionAndDatabase) {
  for (const char* name : {"find", "insert", "update", "delete", "aggregate", "count", "distinct",
                           "findAndModify", "createIndexes", "drop"}) {
    EXPECT_THAT(reported_of(command(1, name, "users"), done(1)),
                ElementsAre(std::string(name) + " users 0 db=[shop]"));
  }
}

TEST(MongoConversation, CommandsWhoseCollectionIsElsewhere) {
  const auto with_db = [](Bson& body) { return op_msg(1, 0, body.text("$db", "shop")); };
  EXPECT_THAT(reported_of(with_db(Bson().int32("getMore", 5).text("collection", "users")), done(1)),
              ElementsAre("getMore users 0 db=[shop]"));
  EXPECT_THAT(reported_of(with_db(Bson().sub("explain", Bson().text("find", "users"))), done(1)),
              ElementsAre("explain users 0 db=[shop]"));
  EXPECT_THAT(reported_of(with_db(Bson().int32("listCollections", 1)), done(1)),
              ElementsAre("listCollections  0 db=[shop]"));
  EXPECT_THAT(reported_of(with_db(Bson().text("aUsersOwn", "secret")), done(1)),
              ElementsAre("_OTHER  0 db=[shop]"));
}

TEST(MongoConversation, DocumentSequencesInFrontOfTheBodyOrBehindIt) {
  const std::string body = '\0' + Bson().text("insert", "users").text("$db", "shop").document();
  const std::string documents = sequence("documents", Bson().text("name", "x").document());
  for (const std::string& content : {body + documents, documents + body}) {
    EXPECT_THAT(reported_of(message(1, 0, 2013, le32(0) + content), done(1)),
                ElementsAre("insert users 0 db=[shop]"));
    EXPECT_THAT(reported_of(message(1, 0, 2013, le32(1) + content + "csum"), done(1)),
                ElementsAre("insert users 0 db=[shop]"));
  }
}

TEST(MongoConversation, ASequenceReportsTheOperationWhenTheBodyIsNotCaptured) {
  const std::string start = le32(0) + '\1' + le32(100'000) + "updates\0"s;
  Talk talk("mongo");
  talk.client(le32(110'000) + le32(1) + le32(0) + le32(2013) + start, 110'000 - 16 - start.size());
  talk.server(done(1));
  EXPECT_THAT(talk.reported(), ElementsAre("update  0"));
}

TEST(MongoConversation, ARefusedCommandHasItsCode) {
  Talk talk("mongo");
  talk.client(command(1, "frobnicate", "users"));
  talk.server(refused(1, 59, "no such command: 'frobnicate'"));
  EXPECT_THAT(talk.reported(), ElementsAre("_OTHER  1 code=[59] db=[shop]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message, "no such command");
}

TEST(MongoConversation, AWriteThatFailsIsAnErrorThoughTheCommandIsOk) {
  const Bson error = Bson().sub(
      "0",
      Bson()
          .int32("index", 0)
          .int32("code", 11000)
          .text("errmsg", "E11000 duplicate key error index: _id_ dup key: { _id: \"secret\" }"));
  Talk talk("mongo");
  talk.client(command(1, "insert", "users"));
  talk.server(op_msg(9, 1, Bson().int32("n", 0).array("writeErrors", error).real("ok", 1)));
  EXPECT_THAT(talk.reported(), ElementsAre("insert users 1 code=[11000] db=[shop]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message,
            "E11000 duplicate key error index: _id_ dup key");
}

TEST(MongoConversation, AWriteConcernThatIsNotMetIsAnError) {
  const Bson error = Bson().int32("code", 64).text("errmsg", "waiting for replication timed out");
  EXPECT_THAT(reported_of(command(1, "update", "users"),
                          op_msg(9, 1, Bson().real("ok", 1).sub("writeConcernError", error))),
              ElementsAre("update users 1 code=[64] db=[shop]"));
}

TEST(MongoConversation, HandshakeMonitoringAndSessionsMakeNoSpan) {
  Talk talk("mongo");
  std::uint32_t id = 0;
  for (const char* name : {"hello", "isMaster", "ismaster", "ping", "saslStart", "saslContinue",
                           "authenticate", "endSessions"}) {
    talk.client(op_msg(++id, 0, Bson().int32(name, 1).text("payload", "secret")));
    talk.server(done(id));
  }
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_THAT(talk.sink.notes, IsEmpty());
}

TEST(MongoConversation, AnswersArePairedById) {
  Talk talk("mongo");
  talk.client(command(1, "find", "a") + command(2, "find", "b"));
  talk.server(refused(2, 13, "not allowed"));
  talk.server(done(1));
  EXPECT_THAT(talk.reported(), ElementsAre("find b 1 code=[13] db=[shop]", "find a 0 db=[shop]"));
  EXPECT_GT(talk.sink.stream_requests, 0);
}

TEST(MongoConversation, AWriteThatWantsNoAnswerEndsWithItself) {
  Talk talk("mongo");
  talk.client(op_msg(1, 0, Bson().text("insert", "log").text("$db", "shop"), kMoreToCome));
  EXPECT_THAT(talk.reported(), ElementsAre("insert log 0 db=[shop]"));
  EXPECT_FALSE(talk.conversation().has_open_request());
}

TEST(MongoConversation, AnExhaustCursorIsOneSpanUntilItsLastAnswer) {
  Talk talk("mongo");
  talk.client(op_msg(1, 0, Bson().int32("getMore", 5).text("collection", "c").text("$db", "shop"),
                     kExhaustAllowed));
  talk.server(op_msg(50, 1, Bson().real("ok", 1), kMoreToCome));
  talk.server(op_msg(51, 50, Bson().real("ok", 1), kMoreToCome));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(op_msg(52, 51, Bson().real("ok", 1)));
  EXPECT_THAT(talk.reported(), ElementsAre("getMore c 0 db=[shop]"));
  EXPECT_EQ(talk.sink.spans[0].end_ns - talk.sink.spans[0].start_ns, 30U);
}

TEST(MongoConversation, TheOldMessages) {
  const std::string find = le32(0) + "shop.users\0"s + le32(0) + le32(1) + Bson().document();
  const std::string documents = le32(0) + le32(0) + le32(0) + le32(0) + le32(1);
  const std::string user = Bson().int32("ok", 0).int32("code", 7).document();
  EXPECT_THAT(reported_of(message(1, 0, 2004, find), message(9, 1, 1, documents + user)),
              ElementsAre("find users 0 db=[shop]"));
  const std::string count =
      le32(0) + "shop.$cmd\0"s + le32(0) + le32(1) + Bson().text("count", "users").document();
  EXPECT_THAT(reported_of(message(1, 0, 2004, count), message(9, 1, 1, documents + user)),
              ElementsAre("count users 1 code=[7] db=[shop]"));
  const std::string failure = le32(2) + le32(0) + le32(0) + le32(0) + le32(1) +
                              Bson().text("$err", "bad").int32("code", 17287).document();
  EXPECT_THAT(reported_of(message(1, 0, 2004, find), message(9, 1, 1, failure)),
              ElementsAre("find users 1 code=[17287] db=[shop]"));
  EXPECT_THAT(reported_of(message(1, 0, 2002, le32(0) + "shop.users\0"s + user), ""),
              ElementsAre("insert users 0 db=[shop]"));
  const std::string hello =
      le32(0) + "admin.$cmd\0"s + le32(0) + le32(1) + Bson().int32("isMaster", 1).document();
  EXPECT_THAT(reported_of(message(1, 0, 2004, hello), message(9, 1, 1, documents + user)),
              IsEmpty());
}

TEST(MongoConversation, WhatIsCompressedIsCountedAndItsOperationUnknown) {
  const std::string content = le32(2013) + le32(100) + '\2' + "compressed";
  Talk talk("mongo");
  talk.client(message(1, 0, 2012, content));
  talk.server(message(9, 1, 2012, content));
  EXPECT_THAT(talk.reported(), ElementsAre("*  0"));
  EXPECT_EQ(talk.sink.notes[Note::MessageUnsupported], 2U);
}

TEST(MongoConversation, CompressionThatChangesNothingIsTakenOff) {
  const std::string content =
      le32(2013) + le32(100) + '\0' + command(1, "find", "users").substr(16);
  EXPECT_THAT(reported_of(message(1, 0, 2012, content), done(1)),
              ElementsAre("find users 0 db=[shop]"));
}

TEST(MongoConversation, TimesBytesAndProcess) {
  Talk talk("mongo");
  const std::string request = command(1, "find", "users");
  talk.client(request.substr(0, 20));
  talk.client(request.substr(20));
  talk.server(done(1).substr(0, 16));  // as drivers read: the header alone
  talk.server(done(1).substr(16));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  const model::Span& span = talk.sink.spans[0];
  EXPECT_EQ(span.type, model::EventType::kMongoClient);
  EXPECT_EQ(span.database->system, "mongodb");
  EXPECT_EQ(span.start_ns, 1010U);
  EXPECT_EQ(span.end_ns, 1040U);
  EXPECT_EQ(span.pid, 7U);
  EXPECT_EQ(span.request_bytes, static_cast<std::int64_t>(request.size()));
  EXPECT_EQ(span.response_bytes, static_cast<std::int64_t>(done(1).size()));
}

TEST(MongoConversation, AnAnswerCutBeforeItsWordOnSuccessHasNotFailed) {
  Talk talk("mongo");
  talk.client(command(1, "find", "users"));
  const std::string answer =
      op_msg(9, 1, Bson().sub("cursor", Bson().text("x", std::string(1000, 'x'))).real("ok", 1));
  talk.server(answer.substr(0, 100), answer.size() - 100);
  talk.client(command(2, "find", "users"));
  talk.server(done(2));
  EXPECT_THAT(talk.reported(), ElementsAre("find users 0 db=[shop]", "find users 0 db=[shop]"));
}

TEST(MongoConversation, LostAnswersAreAbandonedAndNeverPairedWrong) {
  Talk talk("mongo");
  talk.client(command(1, "find", "a"));
  talk.lose_of_server(0);
  talk.client(command(2, "find", "b"));
  talk.server(done(2));
  talk.stay_quiet();
  EXPECT_THAT(talk.reported(), ElementsAre("find b 0 db=[shop]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
}

TEST(MongoConversation, LostRequestsLeaveUnpairedAnswers) {
  Talk talk("mongo");
  talk.client(command(1, "find", "a"));
  talk.lose_of_client(0);
  talk.server(done(1) + done(2));
  talk.client(command(3, "find", "c"));
  talk.server(done(3));
  EXPECT_THAT(talk.reported(), ElementsAre("find a 0 db=[shop]", "find c 0 db=[shop]"));
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
}

TEST(MongoConversation, InMidLifeItBeginsWithAWholeHeader) {
  Talk talk("mongo", {.mid_life = true});
  talk.server("rest of a document");
  talk.server(done(77));
  talk.client(command(1, "find", "a"));
  talk.server(done(1).substr(0, 16));
  talk.server(done(1).substr(16));
  EXPECT_THAT(talk.reported(), ElementsAre("find a 0 db=[shop]"));
}

TEST(MongoConversation, NoMoreWaitThanAllowed) {
  Talk talk("mongo", {}, ProtocolOptions().set(Options{.requests = 2}));
  for (std::uint32_t id = 1; id <= 3; ++id) talk.client(command(id, "find", "a"));
  EXPECT_EQ(talk.sink.notes[Note::RequestOverflow], 1U);
}

TEST(MongoConversation, TheServersSideMakesNoSpan) {
  Talk talk("mongo", {.client_direction = model::Direction::kReceive});
  talk.client(command(1, "find", "a"));
  talk.server(done(1));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_THAT(talk.sink.notes, IsEmpty());
}

TEST(MongoConversation, LongAndStrangeNamesAreCutAndClean) {
  Talk talk("mongo");
  talk.client(op_msg(1, 0, Bson().text("find", std::string(1000, 'c')).text("$db", "d\xff\n")));
  talk.server(done(1));
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_LE(talk.sink.spans[0].path.size(), kMaxNamespace);
  EXPECT_EQ(talk.sink.spans[0].database->name_space, "d ");
}

TEST(MongoConversation, IsRobust) {
  expect_robust(
      "mongo",
      {{false, op_msg(1, 0, Bson().int32("hello", 1).text("$db", "admin"))},
       {true, done(1)},
       {false, command(2, "find", "users")},
       {true, op_msg(50, 2, Bson().sub("cursor", Bson().int32("id", 5)).real("ok", 1))},
       {false, op_msg(3, 0, Bson().text("insert", "log").text("$db", "shop"), kMoreToCome)},
       {false, message(4, 0, 2013,
                       le32(0) + '\0' + Bson().text("update", "u").document() +
                           sequence("updates", Bson().document()))},
       {true, refused(4, 59, "no")},
       {false, message(5, 0, 2012, le32(2013) + le32(10) + "\2abc")},
       {true, done(5)}});
}

TEST(MongoClassifier, OpensByEitherSide) {
  EXPECT_EQ(classified({{false, command(1, "find", "users")}}), "mongo");
  EXPECT_EQ(classified({{false, op_msg(1, 0, Bson().int32("hello", 1))}}), "mongo");
  EXPECT_EQ(classified({{true, done(1)}}, model::ConnectionRole::kClient, 0, true), "mongo");
  EXPECT_EQ(classified({{true, "the rest of a document"}, {false, command(1, "find", "users")}},
                       model::ConnectionRole::kClient, 0, true),
            "mongo");
  const std::string hello =
      le32(0) + "admin.$cmd\0"s + le32(0) + le32(1) + Bson().int32("isMaster", 1).document();
  EXPECT_EQ(classified({{false, message(1, 0, 2004, hello)}}), "mongo");
}

TEST(MongoClassifier, InParts) {
  const std::string request = command(1, "find", "users");
  EXPECT_EQ(classified({{false, request.substr(0, 16)}, {false, request.substr(16)}}), "mongo");
}

TEST(MongoClassifier, WhatOnlyLooksLikeItIsNot) {
  std::string request = command(1, "find", "users");
  request[16] = '\4';  // a flag that must not be set
  EXPECT_EQ(classified({{false, request}}), "");
  EXPECT_EQ(classified({{false, message(1, 0, 2014, "xxxxxxxxxxxxxxxx")}}), "");
  EXPECT_EQ(classified({{false, done(5)}}), "");  // an answer from the client
}

}  // namespace
}  // namespace obi::protocol::mongo
