// SPDX-License-Identifier: Apache-2.0
// Conversations of each protocol, from its corpus, shown to the classifier and to every other
// protocol's parser.
#include "protocol/classifier.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "protocol/conversation_fixture.hpp"
#include "protocol/kafka/message_fixture.hpp"
#include "support/source_folder.hpp"

namespace obi::protocol {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kDatagrams =
    8;  // in the settings of a script, see tests/fuzz/conversation_fuzz.cpp

struct Recorded {
  std::string protocol;
  std::string file;
  bool datagrams = false;
  std::vector<Call> calls;
};

// The scripts that are whole conversations: `typical`, and those recorded from real peers.
std::vector<Recorded> recorded_conversations() {
  std::vector<Recorded> all;
  for (const ProtocolRow& row : protocols()) {
    for (const auto& entry : fs::directory_iterator(fs::path(support::source_folder()) /
                                                    "tests/fuzz/corpus" / row.name)) {
      const std::string name = entry.path().filename().string();
      if (name != "typical" && !name.starts_with("recorded")) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text((std::istreambuf_iterator<char>(file)), {});
      auto script = std::as_bytes(std::span(text)).subspan(1);
      Recorded recorded{.protocol = std::string(row.name), .file = name, .calls = {}};
      recorded.datagrams = (static_cast<unsigned char>(text[0]) & kDatagrams) != 0;
      while (!script.empty()) {
        const ScriptPart part = next_part(script);
        recorded.calls.push_back({part.from_server, std::string(text_of(part.bytes))});
      }
      all.push_back(std::move(recorded));
    }
  }
  return all;
}

TEST(Classifier, EachProtocolIsRecognisedAtEitherEnd) {
  for (const Recorded& recorded : recorded_conversations()) {
    const Classifier::Facts facts{.datagrams = recorded.datagrams};
    const ProtocolOptions options =
        recorded.protocol == "sql" ? all_protocols() : ProtocolOptions();
    for (const auto role : {model::ConnectionRole::kClient, model::ConnectionRole::kServer,
                            model::ConnectionRole::kUnknown}) {
      EXPECT_EQ(classified(recorded.calls, role, 0, false, facts, options), recorded.protocol)
          << recorded.file << " role " << static_cast<int>(role);
    }
  }
}

TEST(Classifier, NoConversationIsTakenForAnotherProtocolWhereverItIsJoined) {
  for (const Recorded& recorded : recorded_conversations()) {
    for (std::size_t first = 1; first < std::min<std::size_t>(recorded.calls.size(), 40); ++first) {
      const std::vector<Call> rest(recorded.calls.begin() + static_cast<std::ptrdiff_t>(first),
                                   recorded.calls.end());
      const std::string name = classified(rest, model::ConnectionRole::kClient, 0, true);
      EXPECT_TRUE(name.empty() || name == recorded.protocol)
          << recorded.protocol << "/" << recorded.file << " from call " << first << " on: " << name;
    }
  }
}

// Only its answer shows what it was; until then its beginning is kept, and the rest is known to be
// missing.
TEST(Classifier, ALongRequestIsKeptAsFarAsThereIsRoom) {
  constexpr std::size_t kRecord = 8192;
  const std::string request = kafka::test_request(20, 1, 77, false, std::string(200'000, 'x'));
  const std::string answer = kafka::sized(std::string("\0\0\0\x4d", 4) + std::string(20, 'y'));
  const Protocols protocols;
  Classifier classifier({.role = model::ConnectionRole::kClient, .mid_life = true}, protocols);
  const auto show = [&](model::Direction direction, std::string_view bytes) {
    Chunk chunk;
    chunk.direction = direction;
    chunk.bytes = std::as_bytes(std::span(bytes));
    return classifier.show(chunk);
  };
  for (std::size_t at = 0; at < request.size(); at += kRecord) {
    ASSERT_EQ(show(model::Direction::kSend, std::string_view(request).substr(at, kRecord)).match,
              Match::kMaybe);
  }
  const auto decision = show(model::Direction::kReceive, answer);
  ASSERT_EQ(decision.match, Match::kYes);
  EXPECT_EQ(decision.row->name, "kafka");
  std::string kept;
  std::size_t moved = 0;
  for (const HeldChunk& held : classifier.held()) {
    kept += text_of(held.chunk().bytes);
    moved += held.chunk().bytes.size() + held.chunk().missing_bytes;
  }
  EXPECT_EQ(moved, request.size());
  EXPECT_GE(kept.size(), 2 * kRecord);
  EXPECT_TRUE(request.starts_with(kept));
  EXPECT_LE(classifier.held_bytes(), 64U * 1024);
}

}  // namespace
}  // namespace obi::protocol
