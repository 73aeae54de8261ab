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
    for (const auto& entry :
         fs::directory_iterator(fs::path(OBI_SOURCE_DIR) / "tests/fuzz/corpus" / row.name)) {
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
    const Classifier::Facts facts{.heuristic_sql = recorded.protocol == "sql",
                                  .datagrams = recorded.datagrams};
    for (const auto role : {model::ConnectionRole::kClient, model::ConnectionRole::kServer,
                            model::ConnectionRole::kUnknown}) {
      EXPECT_EQ(classified(recorded.calls, role, 0, false, facts), recorded.protocol)
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

}  // namespace
}  // namespace obi::protocol
