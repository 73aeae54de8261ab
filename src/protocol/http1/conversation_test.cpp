// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/conversation.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/http1/conversation_fixture.hpp"

namespace obi::protocol::http1 {
namespace {

struct Fixture {
  const char* name;
  std::vector<Part> parts;
  std::vector<std::string> spans;  // as CollectingSink::reported
};

const std::vector<Fixture>& fixtures() {
  static const std::vector<Fixture> kFixtures = {
      {"get",
       {{kIn, "GET /a?x=1 HTTP/1.1\r\nHost: h\r\n\r\n"}, {kOut, kOk}},
       {"GET /a?x=1 200 0/2"}},
      {"keep_alive",
       {{kIn, "GET /a HTTP/1.1\r\n\r\n"},
        {kOut, kOk},
        {kIn, "GET /b HTTP/1.1\r\n\r\n"},
        {kOut, kOk}},
       {"GET /a 200 0/2", "GET /b 200 0/2"}},
      {"pipelined",
       {{kIn, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n"},
        {kOut, kOk + "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}},
       {"GET /a 200 0/2", "GET /b 404 0/0"}},
      {"header_before_body",
       {{kIn, "POST /p HTTP/1.1\r\nContent-Length: 5\r\n\r\n"}, {kIn, "hello"}, {kOut, kOk}},
       {"POST /p 200 5/2"}},
      {"chunked_both_ways",
       {{kIn,
         "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n"},
        {kOut,
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, "
         "chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n"}},
       {"POST /c 200 3/10"}},
      {"head_204_304",
       {{kIn, "HEAD /h HTTP/1.1\r\n\r\n"},
        {kOut, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"},
        {kIn, "GET /e HTTP/1.1\r\n\r\n"},
        {kOut, "HTTP/1.1 204 No Content\r\n\r\n"},
        {kIn, "GET /n HTTP/1.1\r\n\r\n"},
        {kOut, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"}},
       {"HEAD /h 200 0/0", "GET /e 204 0/0", "GET /n 304 0/0"}},
      {"continue_100",
       {{kIn, "PUT /u HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"},
        {kOut, "HTTP/1.1 100 Continue\r\n\r\n"},
        {kIn, "hi"},
        {kOut, kOk}},
       {"PUT /u 200 2/2"}},
      {"early_hints_103",
       {{kIn, "GET /e HTTP/1.1\r\n\r\n"},
        {kOut, "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk}},
       {"GET /e 200 0/2"}},
      {"absolute_form",
       {{kIn, "GET http://user:pw@host:81/p?q HTTP/1.1\r\nHost: host:81\r\n\r\n"}, {kOut, kOk}},
       {"GET /p?q 200 0/2"}},
      {"options_asterisk",
       {{kIn, "OPTIONS * HTTP/1.1\r\n\r\n"}, {kOut, kOk}},
       {"OPTIONS * 200 0/2"}},
      {"bare_line_feeds",
       {{kIn, "GET /a HTTP/1.1\nHost: h\n\n"}, {kOut, "HTTP/1.1 200 OK\nContent-Length: 0\n\n"}},
       {"GET /a 200 0/0"}},
      {"blank_lines_before",
       {{kIn, "\r\n\r\nGET /a HTTP/1.1\r\n\r\n"}, {kOut, kOk}},
       {"GET /a 200 0/2"}},
  };
  return kFixtures;
}

class Conversations : public testing::TestWithParam<Fixture> {};
INSTANTIATE_TEST_SUITE_P(All, Conversations, testing::ValuesIn(fixtures()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(Conversations, GiveTheirSpans) {
  Talk talk;
  talk.say_all(GetParam().parts);
  EXPECT_EQ(talk.sink.reported(), GetParam().spans);
  talk.close();
  talk.expect_account();
  EXPECT_EQ(talk.sink.reported(), GetParam().spans);
}

TEST_P(Conversations, AreTheSameFromTheClientsEnd) {
  Talk talk;
  for (Part part : GetParam().parts) {
    part.direction = opposite(part.direction);
    talk.say(part);
  }
  EXPECT_EQ(talk.sink.reported(), GetParam().spans);
  for (const model::Span& span : talk.sink.spans)
    EXPECT_EQ(span.type, model::EventType::kHttpClient);
}

TEST_P(Conversations, DoNotDependOnWhereReadsAreSplit) {
  for (std::size_t which = 0; which < GetParam().parts.size(); ++which) {
    const Part& split = GetParam().parts[which];
    for (std::size_t at = 1; at < split.text.size(); ++at) {
      Talk talk;
      for (std::size_t i = 0; i < GetParam().parts.size(); ++i) {
        const Part& part = GetParam().parts[i];
        if (i != which) {
          talk.say(part);
        } else {
          talk.say({part.direction, part.text.substr(0, at)});
          talk.say({part.direction, part.text.substr(at)});
        }
      }
      EXPECT_EQ(talk.sink.reported(), GetParam().spans) << "part " << which << " split at " << at;
    }
  }
}

TEST_P(Conversations, CutAnywhereKeepTheAccount) {
  std::size_t total = 0;
  for (const Part& part : GetParam().parts) total += part.text.size();
  for (std::size_t cut = 0; cut < total; ++cut) {
    Talk talk;
    std::size_t left = cut;
    for (const Part& part : GetParam().parts) {
      talk.say({part.direction, part.text.substr(0, left)});
      left -= std::min(left, part.text.size());
    }
    talk.close();
    talk.expect_account();
    EXPECT_LE(talk.sink.spans.size(), GetParam().spans.size());
  }
}

TEST_P(Conversations, WithAnyByteFlippedKeepTheAccount) {
  for (std::size_t which = 0; which < GetParam().parts.size(); ++which) {
    for (std::size_t at = 0; at < GetParam().parts[which].text.size(); ++at) {
      for (const unsigned flip : {0x01U, 0x20U, 0x80U, 0xffU}) {
        Talk talk;
        std::vector<Part> parts = GetParam().parts;
        parts[which].text[at] =
            static_cast<char>(static_cast<unsigned char>(parts[which].text[at]) ^ flip);
        talk.say_all(parts);
        talk.close();
        talk.expect_account();
      }
    }
  }
}

TEST(Http1, TimesRunFromTheFirstRequestByteToTheLastResponseByte) {
  Talk talk;
  talk.say({kIn, "GET /d HT"});                                            // 1010
  talk.say({kIn, "TP/1.1\r\n\r\n"});                                       // 1020
  talk.say({kOut, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", 40});  // 1030
  talk.say({kOut, "", 50});                                                // 1040
  talk.say({kOut, "", 10});                                                // 1050
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].start_ns, 1010U);
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1050U);
  EXPECT_EQ(talk.sink.spans[0].response_bytes, 100);
  EXPECT_EQ(talk.sink.spans[0].pid, 7U);
}

TEST(Http1, ACloseDelimitedResponseEndsWithItsStream) {
  Talk talk;
  talk.say_all(
      {{kIn, "GET / HTTP/1.0\r\n\r\n"}, {kOut, "HTTP/1.0 200 OK\r\n\r\nsome"}, {kOut, " more"}});
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.conversation.on_end_of_stream(kOut, 5000, talk.sink);
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET / 200 0/9"});
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1030U);
}

TEST(Http1, AnUpgradeMakesItsSpanAndIsLeftAlone) {
  Talk talk;
  talk.say({kIn, "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"});
  talk.say({kOut, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"});
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET /ws 101 0/0"});
  EXPECT_EQ(talk.say({kIn, "GET /not/http HTTP/1.1\r\n\r\n"}), ChunkResult::Handover);
  EXPECT_EQ(talk.sink.spans.size(), 1U);
}

TEST(Http1, ConnectOpensATunnel) {
  Talk talk;
  talk.say_all({{kIn, "CONNECT example:443 HTTP/1.1\r\n\r\n"}, {kOut, "HTTP/1.1 200 OK\r\n\r\n"}});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.say({kIn, "\x16\x03\x01"}), ChunkResult::Handover);
}

TEST(Http1, OtherProtocolsAreNotRecognised) {
  for (const std::string& other :
       {std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string("*1\r\n$4\r\nPING\r\n"),
        std::string("J\0\0\0\n5.7.0\0", 11), std::string("SSH-2.0-OpenSSH\r\n"),
        std::string("EHLO localhost\r\n"), std::string("OPTIONS sip:a SIP/2.0\r\n")}) {
    EXPECT_EQ(detect({.client = {std::as_bytes(std::span(other)), other.size()}}), Match::kNo)
        << other;
    Talk talk;
    EXPECT_EQ(talk.say({kIn, other}), ChunkResult::Unrecognised) << other;
    EXPECT_TRUE(talk.sink.spans.empty());
  }
}

TEST(Http1, AnEarlyResponseEndsTheSpanWithTheRequestStillUnderWay) {
  Talk talk;
  talk.say_all({{kIn, "POST /u HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc"},
                {kOut, "HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n"}});
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"POST /u 413 3/0"});
  talk.say_all({{kIn, std::string(97, 'x')}, {kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_EQ(talk.sink.spans.size(), 2U);
}

TEST(Http1, ATimedOutRequestIsA408AndItsLateAnswerIsConsumed) {
  Talk talk(500);
  talk.say({kIn, "GET /slow HTTP/1.1\r\n\r\n"});  // at 1010
  talk.conversation.on_tick(1400, talk.sink);
  EXPECT_TRUE(talk.sink.spans.empty());
  talk.conversation.on_tick(1600, talk.sink);
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].status, 408);
  EXPECT_EQ(talk.sink.spans[0].end_ns, 1510U);
  talk.say_all({{kOut, kOk}, {kIn, "GET /b HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_EQ(talk.sink.reported(),
            (std::vector<std::string>{"GET /slow 408 0/0", "GET /b 200 0/2"}));
}

TEST(Http1, TraceparentAndHostAreTaken) {
  Talk talk;
  talk.say({kIn,
            "GET / HTTP/1.1\r\nhOsT: \t shop:81 \r\ntraceParent: "
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n"});
  talk.say({kOut, kOk});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].host_header, "shop:81");
  EXPECT_EQ(to_hex(talk.sink.spans[0].trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_hex(talk.sink.spans[0].parent_id), "b7ad6b7169203331");
  EXPECT_EQ(talk.sink.spans[0].trace_flags, 1);
}

TEST(Http1, PathsAreAlwaysValidText) {
  Talk talk;
  talk.say({kIn, "GET /\xff\xc3\xa4\x01 HTTP/1.1\r\n\r\n"});
  talk.say({kOut, kOk});
  ASSERT_EQ(talk.sink.spans.size(), 1U);
  EXPECT_EQ(talk.sink.spans[0].path, "/%FF\xc3\xa4%01");
}

TEST(Http1, ARequestWithoutAnswerHasFailedAtClose) {
  Talk talk;
  talk.say({kIn, "GET / HTTP/1.1\r\n\r\n"});
  EXPECT_TRUE(talk.conversation.has_open_request());
  talk.close(model::ConnectionEnd::kClosed);
  EXPECT_EQ(talk.sink.reported(), std::vector<std::string>{"GET / 0 0/0 !eof"});
}

TEST(Http1, AnIdleConnectionHoldsLittle) {
  Talk talk;
  for (int i = 0; i < 100; ++i) talk.say_all({{kIn, "GET /a HTTP/1.1\r\n\r\n"}, {kOut, kOk}});
  EXPECT_LT(talk.conversation.held_bytes(), 1024U);
}

}  // namespace
}  // namespace obi::protocol::http1
