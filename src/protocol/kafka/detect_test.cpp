// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "protocol/conversation_fixture.hpp"
#include "protocol/kafka/message_fixture.hpp"

namespace obi::protocol::kafka {
namespace {

TEST(KafkaDetect, TheFirstRequestDecides) {
  using Role = model::ConnectionRole;
  const std::string versions = test_request(18, 4, 1, true,
                                            "\4lib\4"
                                            "1.0" +
                                                std::string(1, '\0'));
  EXPECT_EQ(classified({{.bytes = versions}}), "kafka");
  EXPECT_EQ(
      classified({{.bytes = versions.substr(0, 4)}, {.bytes = versions.substr(4)}}, Role::kServer),
      "kafka");
  EXPECT_EQ(classified({{.bytes = fetch_request(12, 9, {{.name = "a"}})}}), "kafka");
  EXPECT_EQ(classified({{.bytes = produce_request(13, 9, {{.name = "a", .records = 9000}})}}),
            "kafka");
  EXPECT_EQ(classified({{.bytes = metadata_request(1, 9, "a")}}), "kafka");
}

TEST(KafkaDetect, OfARequestThatSaysLittleTheAnswerDecides) {
  const std::string heartbeat = test_request(12, 4, 300, true, std::string(60, 'h'));
  EXPECT_EQ(classified({{.bytes = heartbeat}}), "");
  EXPECT_EQ(classified({{.bytes = heartbeat}, {true, test_answer(300, true, "xxxx")}}), "kafka");
  EXPECT_EQ(classified({{.bytes = heartbeat}, {true, test_answer(301, true, "xxxx")}}), "");
  const auto mid_life = [&](std::string server) {
    return classified({{.bytes = heartbeat}, {true, std::move(server)}},
                      model::ConnectionRole::kClient, 0, true);
  };
  EXPECT_EQ(mid_life(test_answer(299, true, "xxxx") + test_answer(300, true, "xxxx")), "kafka");
  EXPECT_EQ(mid_life(test_answer(299, true, "xxxx")), "");
}

TEST(KafkaDetect, OtherBytesWithALengthInFrontAreNone) {
  const auto zeros = [](std::size_t count) { return std::string(count, '\0'); };
  // ZooKeeper: a session's request and answer begin with zeros.
  EXPECT_EQ(classified({{.bytes = sized(zeros(14) + "\x75\x30" + zeros(11) + "\x10" + zeros(17))},
                        {true, sized(zeros(37))}}),
            "");
  EXPECT_EQ(classified({{.bytes = sized(zeros(20))}, {true, sized(zeros(20))}}), "");
  // PostgreSQL: key 3 and version 0 are its protocol's version.
  EXPECT_EQ(classified({{.bytes = sized(std::string("\0\3\0\0", 4) + "user" + zeros(1) + "me" +
                                        zeros(2))}}),
            "postgres");
  EXPECT_EQ(classified({{.bytes = "GET / HTTP/1.1\r\n\r\n"}}), "http1");
  EXPECT_EQ(classified({{.bytes = sized("\x80\x01\x00\x01" + zeros(20))}}), "");
}

}  // namespace
}  // namespace obi::protocol::kafka
