// SPDX-License-Identifier: Apache-2.0
// A protocol is complete only with everything that docs/add_a_protocol.md asks for.
#include "protocol/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "support/source_folder.hpp"

namespace obi::protocol {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = support::source_folder();

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ProtocolTable, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const ProtocolRow& row : protocols()) EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(ProtocolTable, EachHasItsFolder) {
  for (const ProtocolRow& row : protocols())
    EXPECT_TRUE(fs::is_directory(kSource / "src/protocol" / row.name)) << row.name;
}

TEST(ProtocolTable, EachFolderOfAConversationHasItsRow) {
  for (const auto& entry : fs::directory_iterator(kSource / "src/protocol")) {
    if (!fs::exists(entry.path() / "conversation.hpp")) continue;
    EXPECT_NE(find_protocol(entry.path().filename().string()), nullptr) << entry.path();
  }
}

TEST(ProtocolTable, EachHasACorpusAndATypicalConversation) {
  for (const ProtocolRow& row : protocols())
    EXPECT_TRUE(fs::exists(kSource / "tests/fuzz/corpus" / row.name / "typical")) << row.name;
}

TEST(ProtocolTable, EachIsInTheDocumentation) {
  const std::string text = content_of(kSource / "docs/protocols.md");
  for (const ProtocolRow& row : protocols()) {
    const std::string start =
        "\n| " + std::string(row.name) + " | `" + std::string(row.instrumentation) + "` |";
    EXPECT_NE(text.find(start), std::string::npos) << row.name;
  }
}

// Configuration has the selectors of event types.
TEST(ProtocolTable, EachSelectorIsOfAnEventType) {
  for (const ProtocolRow& row : protocols())
    EXPECT_NE(std::ranges::find(model::kEventTypes, row.instrumentation,
                                &model::EventTypeInfo::instrumentation),
              model::kEventTypes.end())
        << row.name;
}

}  // namespace
}  // namespace obi::protocol
