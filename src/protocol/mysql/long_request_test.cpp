// SPDX-License-Identifier: Apache-2.0
// Requests of more than one packet, or of more than what is captured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/mysql/packet_fixture.hpp"

namespace obi::protocol::mysql {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Session : Talk {
  explicit Session(std::uint32_t capabilities = kUsualCapabilities) : Talk("mysql") {
    server(greeting());
    client(login(capabilities));
    server(ok(2));
  }
};

TEST(MysqlLongRequest, AFileThatTheClientSendsIsPartOfItsRequest) {
  Session talk;
  talk.client(query("LOAD DATA LOCAL INFILE 'x' INTO TABLE items"));
  talk.server(packet(1, "\xfb/tmp/x"));
  talk.client(packet(2, "1,2\n"));
  talk.client(packet(0, "\x03SELECT 1 FROM secret"), 70'000);
  talk.client("", 30'000);
  talk.client("\n" + packet(7, ""));
  EXPECT_THAT(talk.reported(), IsEmpty());
  talk.server(ok(8));
  talk.client(query("DELETE FROM t"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("LOAD"), HasSubstr("DELETE t 0")));
  EXPECT_GT(talk.sink.spans[0].request_bytes, 100'000);
}

TEST(MysqlLongRequest, AGapInAFileIsPartOfItsRequest) {
  Session talk;
  talk.client(query("LOAD DATA LOCAL INFILE 'x' INTO TABLE items"));
  talk.server(packet(1, "\xfb/tmp/x"));
  talk.client(packet(2, "1,2\n"));
  talk.lose_of_client(50'000);
  talk.client("in the midst of a packet");
  talk.lose_of_client(0);
  talk.server(ok(8));
  talk.client(query("DELETE FROM t"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("LOAD"), HasSubstr("DELETE t 0")));
}

// COM_STMT_SEND_LONG_DATA isn't answered.
TEST(MysqlLongRequest, LongDataMayBeCut) {
  Session talk;
  talk.client(query("DELETE FROM s"));
  talk.server(ok(1));
  const std::string data = packet(0, "\x18" + std::string(6, '\1') + std::string(100'000, 'x'));
  talk.client(data.substr(0, 4096), 8192);
  talk.client("", data.size() - 4096 - 8192);
  talk.client(query("DELETE FROM t"));
  talk.server(ok(1));
  EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("DELETE s 0"), HasSubstr("DELETE t 0")));
}

TEST(MysqlLongRequest, APacketOfFullLengthGoesOnInTheNext) {
  for (const bool is_seen : {false, true}) {
    Session talk;
    const std::string start = "\x03INSERT INTO items VALUES ('";
    talk.client(little(kMaxPayload, 3) + '\0' + start,
                kMaxPayload - start.size() + (is_seen ? 0 : 4 + 1000));
    if (is_seen) talk.client(packet(1, std::string(1000, 'x')));
    talk.server(ok(2));
    EXPECT_THAT(talk.reported(), ElementsAre(HasSubstr("INSERT items 0")));
    EXPECT_EQ(talk.sink.spans[0].request_bytes, kMaxPayload + 4 + 1004);
    talk.client(query("SELECT id FROM items"));
    talk.server(packet(1, "\1") + definition(2) + eof(3));
    talk.server(little(kMaxPayload, 3) + '\4' + "\xfe", kMaxPayload - 1);
    talk.server(packet(5, "\xfe") + eof(6));
    EXPECT_EQ(talk.reported().size(), 2U);
  }
}

}  // namespace
}  // namespace obi::protocol::mysql
