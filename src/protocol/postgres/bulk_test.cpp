// SPDX-License-Identifier: Apache-2.0
// Data that is copied in and out, of which most isn't captured: the operation is a span with the
// time of all of it, and so is what follows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/postgres/conversation_fixture.hpp"

namespace obi::protocol::postgres {
namespace {

using testing::ElementsAre;

struct Started : Talk {
  Started() : Talk("postgres") {
    client(kStartup);
    server(kAuthenticated);
  }
  // Calls of 8 KiB, the first bytes of each captured: they begin in the midst of messages.
  void load(int calls = 40) {
    client(message('d', "1\ts3cr3t\n") + "d", 8'000);
    for (int i = 0; i < calls; ++i) {
      client("s3cr3t\nd", 8'184, "2\ts3cr3t");
      EXPECT_TRUE(conversation().has_open_request());
    }
  }
  void expect_select() {
    client(query("SELECT 1 FROM u"));
    server(done("SELECT 1") + kReady);
  }
};

const std::string kCopyIn = message('G', std::string(1, '\0') + big16(0));
const std::string kCopyOut = message('H', std::string(1, '\0') + big16(0));
constexpr const char* kSelect = "SELECT u 0 db=[shop] text=[SELECT ? FROM u]";

TEST(PostgresBulk, DataThatIsCopiedInIsTheStatements) {
  Started talk;
  talk.client(query("COPY t FROM STDIN"));
  const std::uint64_t start = talk.now_ns;
  talk.server(kCopyIn);
  talk.load();
  talk.server(done("COPY 99") + kReady);
  const std::uint64_t end = talk.now_ns;
  talk.expect_select();
  EXPECT_THAT(talk.reported(), ElementsAre("COPY t 0 db=[shop] text=[COPY t FROM STDIN]", kSelect));
  EXPECT_EQ(talk.sink.spans[0].start_ns, start);
  EXPECT_EQ(talk.sink.spans[0].end_ns, end);
  EXPECT_GT(talk.sink.spans[0].request_bytes, 300'000);
  EXPECT_EQ(talk.sink.stream_requests, 0);  // the data needn't travel
}

TEST(PostgresBulk, ALongStatementBehindItIsReadThoughItIsCut) {
  Started talk;
  talk.client(query("COPY t FROM STDIN"));
  talk.server(kCopyIn);
  talk.load();
  talk.server(done("COPY 99") + kReady);
  const std::string insert = query("INSERT INTO u VALUES ('" + std::string(9000, 'x') + "')");
  talk.client(insert.substr(0, 4096), insert.size() - 4096);
  talk.server(done("INSERT 1") + kReady);
  ASSERT_EQ(talk.sink.spans.size(), 2U);
  EXPECT_EQ(talk.sink.spans[1].path, "u");
}

TEST(PostgresBulk, AGapInDataIsData) {
  Started talk;
  talk.client(query("COPY t FROM STDIN"));
  talk.server(kCopyIn);
  talk.client(message('d', "1\ts3cr3t\n"));
  talk.lose_of_client(50'000);
  talk.client("in the midst of a row");
  talk.lose_of_client(0);
  talk.server(done("COPY 99") + kReady);
  talk.expect_select();
  talk.client(query("COPY v TO STDOUT"));
  talk.server(kCopyOut + message('d', "1\ts3cr3t\n"));
  talk.lose_of_server(50'000);
  talk.server("in the midst of a row");
  talk.server(message('d', "x").substr(3) + message('c') + done("COPY 9") + kReady);
  talk.client(query("SELECT 1 FROM w"));
  talk.server(done("SELECT 1") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("COPY t 0 db=[shop] text=[COPY t FROM STDIN]", kSelect,
                                           "COPY v 0 db=[shop] text=[COPY v TO STDOUT]",
                                           "SELECT w 0 db=[shop] text=[SELECT ? FROM w]"));
}

TEST(PostgresBulk, AnExecutedCopyEndsWithASyncThatWasNotSeen) {
  Started talk;
  talk.client(parse("COPY t FROM STDIN", "s") + bind_to("s") + execute() + kSync);
  talk.server(kParsed + kBound + kCopyIn);
  talk.load();
  talk.server(done("COPY 99"));
  talk.server(kReady);
  talk.client(parse("SELECT 2 FROM x", "y") + bind_to("y") + execute() + kSync);
  talk.server(kParsed + kBound + done("SELECT 0") + kReady);
  EXPECT_THAT(talk.reported(), ElementsAre("COPY t 0 db=[shop] text=[COPY t FROM STDIN]",
                                           "SELECT x 0 db=[shop] text=[SELECT ? FROM x]"));
}

TEST(PostgresBulk, ARefusedCopyEndsThoughTheClientGoesOnForAWhile) {
  Started talk;
  talk.client(parse("SELECT 2 FROM x", "kept") + bind_to("kept") + execute() + kSync);
  talk.server(kParsed + kBound + done("SELECT 0") + kReady);
  for (const bool is_cut : {true, false}) {
    talk.client(query("COPY t FROM STDIN"));
    talk.server(kCopyIn);
    is_cut ? talk.load(3) : void(talk.client(message('d', "x")));
    talk.server(error("22P02", "invalid input syntax") + kReady);
    talk.load(30);
    talk.client(message('f', z("no")));
    talk.expect_select();
  }
  talk.client(bind_to("kept") + execute() + kSync);
  talk.server(kBound + done("SELECT 0") + kReady);
  ASSERT_EQ(talk.sink.spans.size(), 6U);
  EXPECT_EQ(talk.sink.spans[1].status, 1);
  EXPECT_EQ(talk.sink.spans[2].method, "SELECT");
  EXPECT_EQ(talk.sink.spans[3].status, 1);
  EXPECT_EQ(talk.sink.spans[4].path, "u");
  EXPECT_EQ(talk.sink.spans[5].path, "x");
}

TEST(PostgresBulk, InMidLifeACopyIsRecognised) {
  const auto client = model::ConnectionRole::kClient;
  EXPECT_EQ(classified({{false, query("COPY t FROM STDIN")}, {true, kCopyIn}}, client, 0, true),
            "postgres");
  EXPECT_EQ(classified({{false, query("COPY t TO STDOUT")}, {true, kCopyOut}}, client, 0, true),
            "postgres");
  // Without a format it is no answer to a COPY.
  EXPECT_EQ(classified({{false, query("COPY t FROM STDIN")}, {true, std::string("G\0\0\0\4", 5)}},
                       client, 0, true),
            "");
}

// Data may look like statements.
TEST(PostgresBulk, NothingInTheDataIsAStatement) {
  Started talk;
  talk.client(query("COPY t FROM STDIN"));
  talk.server(kCopyIn);
  talk.load(2);
  talk.client(query("SELECT s3cr3t FROM planted"));
  talk.client(query("SELECT s3cr3t FROM planted") + "x", 4000, "12345678");
  talk.server(done("COPY 99") + kReady);
  talk.expect_select();
  EXPECT_THAT(talk.reported(), ElementsAre("COPY t 0 db=[shop] text=[COPY t FROM STDIN]", kSelect));
}

TEST(PostgresBulk, DataThatIsCopiedOutEndsWhereItsLastBytesSayReady) {
  Started talk;
  for (const std::string statement : {"BASE_BACKUP LABEL 'x'", "COPY t TO STDOUT"}) {
    talk.client(query(statement));
    talk.server(kCopyOut + message('d', "s3cr3t\n") + "d", 8'000, "12345678");
    for (int i = 0; i < 40; ++i) talk.server("in a row", 8'000, "12345678");
    EXPECT_TRUE(talk.conversation().has_open_request());
    talk.server("in a row", 8'000, (done("COPY 99") + kReady).substr(11));
    talk.expect_select();
  }
  ASSERT_EQ(talk.sink.spans.size(), 4U);
  EXPECT_TRUE(talk.reported()[0].contains("BASE_BACKUP"));
  EXPECT_GT(talk.sink.spans[2].response_bytes, 300'000);
}

TEST(PostgresBulk, AReplicationStreamIsNeverUnknown) {
  Started talk;
  talk.client(query("START_REPLICATION 0/0"));
  talk.server(message('W', std::string(1, '\0') + big16(0)));
  for (int i = 0; i < 40; ++i) {
    talk.server(message('d', "x") + "d", 8'000, "12345678");
    talk.server("in a record", 8'000, "12345678");
    talk.client(message('d', std::string(34, 'r')));
  }
  EXPECT_TRUE(talk.conversation().has_open_request());
  talk.client(message('c'));
  talk.server(message('c') + done("COPY 0") + kReady);
  talk.expect_select();
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

}  // namespace
}  // namespace obi::protocol::postgres
