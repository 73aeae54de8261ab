// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/walk.hpp"

#include <gtest/gtest.h>

#include <string>

#include "protocol/kafka/header.hpp"
#include "protocol/kafka/message_fixture.hpp"

namespace obi::protocol::kafka {
namespace {

class Texts final : public FieldSink {
 public:
  void on_field(Role role, std::int64_t number, std::string_view text) override {
    reported += std::to_string(static_cast<int>(role)) + ":" + std::to_string(number) + ":" +
                std::string(text) + " ";
  }
  std::string reported;
};

std::span<const std::byte> body_of(const std::string& message, std::size_t header) {
  return std::as_bytes(std::span(message)).subspan(header);
}

// In pieces of `piece` bytes.
std::string walked(const Schema* schema, std::int16_t version, std::span<const std::byte> bytes,
                   std::size_t piece, Walk::State* state) {
  Walk walk;
  Texts texts;
  walk.begin(schema, version, bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    walk.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)), texts);
  *state = walk.state();
  return texts.reported;
}

TEST(KafkaWalk, PiecesOfAnySizeAreTheSame) {
  const std::vector<TestTopic> topics = {{.name = std::string(249, 'n'), .base = 77},
                                         {.name = "b"}};
  for (const std::int16_t version : {4, 12}) {
    const std::string answer = fetch_answer(version, 1, topics);
    const auto bytes = body_of(answer, kResponseHeaderBytes);
    Walk::State state{};
    const std::string whole = walked(response_schema(kFetch), version, bytes, bytes.size(), &state);
    EXPECT_EQ(state, Walk::State::kDone);
    for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
      EXPECT_EQ(walked(response_schema(kFetch), version, bytes, piece, &state), whole) << piece;
      EXPECT_EQ(state, Walk::State::kDone);
    }
  }
}

TEST(KafkaWalk, EveryVersionOfMetadataIsReadToItsEnd) {
  for (std::int16_t version = 0; version <= 13; ++version) {
    Walk::State state{};
    const std::string request = metadata_request(version, 1, "t");
    walked(request_schema(kMetadata), version, body_of(request, kRequestHeaderBytes), 7, &state);
    EXPECT_EQ(state, Walk::State::kDone) << version;
    const std::string answer = metadata_answer(version, 1, {{.name = "t"}, {.name = "u"}});
    walked(response_schema(kMetadata), version, body_of(answer, kResponseHeaderBytes), 7, &state);
    EXPECT_EQ(state, Walk::State::kDone) << version;
  }
}

TEST(KafkaWalk, AMessageThatIsLongerOrShorterThanItsFieldsIsBad) {
  const std::string request = produce_request(9, 1, {{.name = "t"}});
  for (const int more : {-1, 1}) {
    std::string other = request;
    other.resize(request.size() + static_cast<std::size_t>(more));
    Walk::State state{};
    walked(request_schema(kProduce), 9, body_of(other, kRequestHeaderBytes), 1000, &state);
    EXPECT_NE(state, Walk::State::kDone) << more;
  }
}

TEST(KafkaWalk, BytesThatAreMissingWhereFieldsAreCutIt) {
  const std::string request = produce_request(9, 1, {{.name = "t", .records = 100}});
  const auto bytes = body_of(request, kRequestHeaderBytes);
  for (std::size_t at = 0; at + 30 < bytes.size(); ++at) {
    Walk walk;
    Texts texts;
    walk.begin(request_schema(kProduce), 9, bytes.size());
    walk.feed(bytes.first(at), texts);
    walk.miss(30, texts);
    walk.feed(bytes.subspan(at + 30), texts);
    const std::string_view all(request);
    const std::string_view lost = all.substr(kRequestHeaderBytes + at, 30);
    const bool only_records =
        lost.find_first_not_of('r') == std::string_view::npos ||
        (at >= all.find(std::string(8, '\0') + "r") - kRequestHeaderBytes &&
         lost.find_first_not_of(std::string_view("\0r", 2)) == std::string_view::npos &&
         lost.ends_with('r'));
    EXPECT_EQ(walk.state(), only_records ? Walk::State::kDone : Walk::State::kCut) << at;
  }
}

}  // namespace
}  // namespace obi::protocol::kafka
