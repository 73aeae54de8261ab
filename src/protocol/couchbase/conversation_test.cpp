// SPDX-License-Identifier: Apache-2.0
// Bytes are made from the specification: no server of it can be had where these tests run.
#include "protocol/couchbase/conversation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/couchbase/operation.hpp"
#include "protocol/memcached/wire_fixture.hpp"

namespace obi::protocol::couchbase {
namespace {

using memcached::frame;
using memcached::Frame;
using memcached::kStoreExtras;
using memcached::request;
using memcached::response;
using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::string_view_literals;

const std::string kCollectionExtras("\0\0\0\0\0\0\0\1\0\0\0\x2a", 12);  // the 42nd

void set_up(Talk& talk) {
  talk.client(request(kHello, {.key = "client", .value = "\0\x12\0\x0b"sv, .opaque = 1}));
  talk.server(response(kHello, {.value = "\0\x12"sv, .opaque = 1}));
  talk.client(request(0x21, {.key = "PLAIN", .value = "\0user\0secret"sv, .opaque = 2}));
  talk.server(response(0x21, {.opaque = 2}));
  talk.client(request(kSelectBucket, {.key = "travel", .opaque = 3}));
  talk.server(response(kSelectBucket, {.opaque = 3}));
  talk.client(request(kGetCollectionId, {.value = "shop.orders", .opaque = 4}));
  talk.server(response(kGetCollectionId, {.extras = kCollectionExtras, .opaque = 4}));
}

TEST(CouchbaseConversation, OperationsHaveBucketAndCollection) {
  Talk talk("couchbase");
  set_up(talk);
  talk.client(request(0x00, {.key = "\x2a"
                                    "doc",
                             .opaque = 5,
                             .status = 77}));
  talk.server(response(0x00, {.extras = "1234", .value = "secret", .opaque = 5, .datatype = 1}));
  talk.client(
      request(0x01, {.extras = kStoreExtras, .key = "\0doc"sv, .value = "secret", .opaque = 6}));
  talk.server(response(0x01, {.opaque = 6}));
  talk.client(request(0x00, {.key = "\x07"
                                    "doc",
                             .opaque = 7}));
  talk.server(response(0x00, {.opaque = 7, .status = 0x88}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET shop.orders 0 db=[travel] text=[GET doc]",
                                           "SET _default._default 0 db=[travel] text=[SET doc]",
                                           "GET  1 code=[136] db=[travel] text=[GET doc]"));
  EXPECT_EQ(talk.sink.spans[0].type, model::EventType::kCouchbaseClient);
  EXPECT_EQ(talk.sink.spans[0].database->system, "couchbase");
  EXPECT_EQ(talk.sink.spans[2].database->error_message, "Unknown collection");
  EXPECT_GE(talk.sink.stream_requests, 1);
}

TEST(CouchbaseConversation, AnswersArePairedByOpaque) {
  Talk talk("couchbase");
  talk.client(request(0x00, {.key = "a", .opaque = 5}) + request(0x04, {.key = "b", .opaque = 6}));
  talk.server(response(0x04, {.opaque = 6}) + response(0x00, {.opaque = 5, .status = 1}));
  EXPECT_THAT(talk.reported(),
              ElementsAre("DELETE  0 text=[DELETE b]", "GET  1 code=[1] text=[GET a]"));
}

TEST(CouchbaseConversation, FlexibleFramingAndRequestsOfTheServerAreUnderstood) {
  Talk talk("couchbase");
  set_up(talk);
  talk.client(frame(Frame::kFlexibleRequest, 0x01,
                    {.extras = kStoreExtras,
                     .key = "\0k"sv,
                     .value = "x",
                     .opaque = 9,
                     .frame_extras = "\x11\x01"}));
  talk.server(frame(Frame::kServerRequest, 0x01, {.opaque = 9}));
  talk.client(frame(Frame::kServerResponse, 0x01, {.opaque = 9}));
  talk.server(
      frame(Frame::kFlexibleResponse, 0x01, {.opaque = 9, .frame_extras = "\x02\x00\x01"sv}));
  EXPECT_THAT(talk.reported(), ElementsAre("SET _default._default 0 db=[travel] text=[SET k]"));
}

TEST(CouchbaseConversation, WithoutCollectionsAKeyIsWhole) {
  Talk talk("couchbase");
  talk.client(request(kHello, {.value = "\0\x0b"sv, .opaque = 1}));
  talk.server(response(kHello, {.value = "\0\x0b"sv, .opaque = 1}));
  talk.client(request(0x00, {.key = "*doc", .opaque = 2}));
  talk.server(response(0x00, {.opaque = 2}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET *doc]"));
}

TEST(CouchbaseConversation, InMidLifeOnlyTheDefaultCollectionIsKnown) {
  Talk talk("couchbase", {.mid_life = true});
  talk.server("rest of an answer");
  talk.client(request(0x00, {.key = "\0doc"sv, .opaque = 2}));
  talk.server(response(0x00, {.opaque = 2}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET _default._default 0 text=[GET doc]"));
}

TEST(CouchbaseConversation, QuietOperationsAreNotWaitedFor) {
  Talk talk("couchbase");
  talk.client(request(0x09, {.key = "a", .opaque = 1}) + request(0x0a, {.opaque = 2}));
  talk.server(response(0x09, {.value = "x", .opaque = 1}) + response(0x0a, {.opaque = 2}));
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET a]"));
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 0U);
}

TEST(CouchbaseConversation, SubdocumentsAreOperations) {
  Talk talk("couchbase");
  talk.client(request(0xd0, {.key = "k", .value = "spec", .opaque = 1}));
  talk.server(response(0xd0, {.opaque = 1, .status = 0xcc}));
  talk.client(request(0xc5, {.extras = "123", .key = "k", .value = "path", .opaque = 2}));
  talk.server(response(0xc5, {.opaque = 2, .status = 0xcd}));
  EXPECT_THAT(talk.reported(),
              ElementsAre("SUBDOC_MULTI_LOOKUP  1 code=[204] text=[SUBDOC_MULTI_LOOKUP k]",
                          "SUBDOC_GET  0 text=[SUBDOC_GET k]"));
}

TEST(CouchbaseConversation, AServerHasNoSpans) {
  Talk talk("couchbase", {.client_direction = model::Direction::kReceive});
  talk.client(request(0x00, {.key = "a", .opaque = 1}));
  talk.server(response(0x00, {.opaque = 1}));
  EXPECT_THAT(talk.reported(), IsEmpty());
  EXPECT_EQ(talk.sink.notes[Note::RequestSeen], 0U);
}

TEST(CouchbaseConversation, LostBytesCostOnlyTheMessagesInThem) {
  Talk talk("couchbase");
  talk.client(request(0x00, {.key = "a", .opaque = 1}) + request(0x00, {.key = "b", .opaque = 2}));
  talk.lose_of_server(0);
  talk.server(response(0x00, {.opaque = 2}));
  talk.lose_of_client(100);
  talk.client(request(0x00, {.key = "c", .opaque = 4}));
  talk.server(response(0x00, {.opaque = 3}) + response(0x00, {.opaque = 4}));
  talk.stay_quiet(80'000'000'000);
  EXPECT_THAT(talk.reported(), ElementsAre("GET  0 text=[GET b]", "GET  0 text=[GET c]"));
  EXPECT_EQ(talk.sink.notes[Note::RequestLostResponse], 1U);
  EXPECT_EQ(talk.sink.notes[Note::ResponseUnpaired], 1U);
}

TEST(CouchbaseConversation, AStreamOfChangesIsNotFollowed) {
  Talk talk("couchbase");
  EXPECT_EQ(talk.client(request(kDcpOpen, {.key = "name", .opaque = 1})), ChunkResult::Message);
  EXPECT_EQ(talk.client(request(0x0a)), ChunkResult::Handover);
}

TEST(CouchbaseConversation, NothingSecretIsReported) {
  Talk talk("couchbase");
  set_up(talk);
  talk.client(
      request(0x01, {.extras = kStoreExtras, .key = "\0k"sv, .value = "secret", .opaque = 6}));
  talk.server(
      response(0x01, {.value = R"({"error":{"context":"secret"}})", .opaque = 6, .status = 4}));
  EXPECT_THAT(talk.reported(),
              ElementsAre("SET _default._default 1 code=[4] db=[travel] text=[SET k]"));
  EXPECT_EQ(talk.sink.spans[0].database->error_message, "Invalid arguments");
}

TEST(CouchbaseConversation, RobustAgainstAnything) {
  expect_robust(
      "couchbase",
      {{false, request(kHello, {.key = "c", .value = "\0\x12"sv, .opaque = 1})},
       {true, response(kHello, {.value = "\0\x12"sv, .opaque = 1})},
       {false, request(kSelectBucket, {.key = "b", .opaque = 3}) +
                   request(kGetCollectionId, {.value = "s.c", .opaque = 4})},
       {true, response(kSelectBucket, {.opaque = 3}) +
                  response(kGetCollectionId, {.extras = kCollectionExtras, .opaque = 4})},
       {false,
        request(0x00, {.key = "\x2a"
                              "doc",
                       .opaque = 5}) +
            frame(Frame::kFlexibleRequest, 0x01,
                  {.extras = kStoreExtras, .key = "\0k"sv, .opaque = 9, .frame_extras = "ab"})},
       {true, frame(Frame::kFlexibleResponse, 0x01, {.opaque = 9, .frame_extras = "abc"}) +
                  response(0x00, {.opaque = 5, .status = 7})}});
}

Match match(std::string_view client, std::string_view server, bool mid_life = false) {
  FirstBytes first_bytes;
  first_bytes.client = {.bytes = std::as_bytes(std::span(client)), .original_size = client.size()};
  first_bytes.server = {.bytes = std::as_bytes(std::span(server)), .original_size = server.size()};
  first_bytes.mid_life = mid_life;
  return detect(first_bytes);
}

TEST(CouchbaseDetect, ItsOwnRequestsAreProof) {
  EXPECT_EQ(match(request(kHello, {.key = "c", .value = "\0\x12"sv}), ""), Match::kYes);
  EXPECT_EQ(match(request(kSelectBucket, {.key = "b"}), "", true), Match::kYes);
  EXPECT_EQ(match(request(0x20), ""), Match::kMaybe);
  EXPECT_EQ(match(request(0x20) + request(kSelectBucket, {.key = "b"}), ""), Match::kYes);
  EXPECT_EQ(match(request(kHello, {.value = "odd"}), ""), Match::kNo);
}

TEST(CouchbaseDetect, AnOperationOnAVbucketNeedsItsAnswer) {
  const std::string get = request(0x00, {.key = "k", .opaque = 8, .status = 77});
  EXPECT_EQ(match(get, "", true), Match::kMaybe);
  EXPECT_EQ(match(get, response(0x00, {.opaque = 8}), true), Match::kYes);
  EXPECT_EQ(match(get, response(0x00, {.opaque = 7}), true), Match::kNo);
}

TEST(CouchbaseDetect, PlainMemcachedIsNone) {
  const std::string get = request(0x00, {.key = "k", .opaque = 8});
  EXPECT_EQ(match(get, response(0x00, {.opaque = 8})), Match::kNo);
  EXPECT_EQ(match(get, response(0x00, {.opaque = 8, .datatype = 1})), Match::kYes);
  EXPECT_EQ(match("get k\r\n", "END\r\n"), Match::kNo);
}

}  // namespace
}  // namespace obi::protocol::couchbase
