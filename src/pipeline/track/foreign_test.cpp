// SPDX-License-Identifier: Apache-2.0
// Conversations of protocols that aren't followed here (tests/foreign), joined at any message, at
// either end: none of them is taken for one that is.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "pipeline/track/collecting_batcher.hpp"
#include "protocol/conversation_fixture.hpp"
#include "support/source_folder.hpp"

namespace obi::pipeline {
namespace {

namespace fs = std::filesystem;
using model::ConnectionRole;
using model::Direction;
using protocol::Call;

std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
      continue;
    }
    switch (text[++i]) {
      case 'r': bytes += '\r'; break;
      case 'n': bytes += '\n'; break;
      case 'x':
        bytes += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
        i += 2;
        break;
      default: bytes += text[i];
    }
  }
  return bytes;
}

// "C bytes" and "S bytes" are calls; "whole" means that messages of HTTP are inside, so that
// nothing can be said without the beginning; other lines are for readers and
// tests/e2e/test_foreign.py.
struct Foreign {
  std::vector<Call> calls;
  bool is_whole = false;
};

std::map<std::string, Foreign> foreign_conversations() {
  std::map<std::string, Foreign> all;
  for (const auto& entry :
       fs::directory_iterator(fs::path(support::source_folder()) / "tests/foreign")) {
    Foreign& foreign = all[entry.path().filename().string()];
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (line == "whole") foreign.is_whole = true;
      if (line.starts_with("C ") || line.starts_with("S "))
        foreign.calls.push_back({line[0] == 'S', unescaped(std::string_view(line).substr(2))});
    }
  }
  return all;
}

// Each line a call of its own.
std::vector<Call> in_lines(const std::vector<Call>& calls) {
  std::vector<Call> lines;
  for (const Call& call : calls) {
    std::string_view rest = call.bytes;
    while (!rest.empty()) {
      const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
      lines.push_back({call.from_server, std::string(rest.substr(0, size))});
      rest.remove_prefix(size);
    }
  }
  return lines;
}

// Each call in two, as a reader of headers has them.
std::vector<Call> in_halves(const std::vector<Call>& calls) {
  std::vector<Call> halves;
  for (const Call& call : calls) {
    const std::size_t first = std::min<std::size_t>(4, call.bytes.size());
    halves.push_back({call.from_server, call.bytes.substr(0, first)});
    if (first < call.bytes.size()) halves.push_back({call.from_server, call.bytes.substr(first)});
  }
  return halves;
}

struct Way {
  std::string_view name;
  ConnectionRole role = ConnectionRole::kClient;
  bool mid_life = false;
  bool has_positions = true;
  std::size_t captured = SIZE_MAX;  // bytes of a call
};

// The spans and requests that such a connection gives, in words.
std::string reported_of(const std::vector<Call>& calls, const Way& way) {
  CollectingBatcher made;
  model::ConnectionOpened opened;
  opened.id = 1;
  opened.role = way.role;
  opened.mid_life = way.mid_life;
  const bool is_server = way.role == ConnectionRole::kServer;
  opened.local.port = is_server ? 5000 : 40'000;
  opened.remote.port = is_server ? 40'000 : 5000;
  Connection connection(made.context, opened);
  std::array<std::uint32_t, 2> next{100, 9000};
  std::uint64_t now_ns = 1000;
  for (const Call& call : calls) {
    model::Segment segment;
    segment.direction = call.from_server == is_server ? Direction::kSend : Direction::kReceive;
    const auto own = static_cast<std::size_t>(segment.direction);
    segment.total_bytes = static_cast<std::uint32_t>(call.bytes.size());
    segment.has_position = way.has_positions;
    segment.position = next[own];
    segment.peer_position = next[1 - own];
    next[own] += segment.total_bytes;
    const std::string_view bytes = std::string_view(call.bytes).substr(0, way.captured);
    segment.payload = std::as_bytes(std::span(bytes));
    segment.start_ns = segment.end_ns = now_ns += 1000;
    connection.on_segment(segment);
    connection.on_tick(now_ns += 500);
    connection.on_tick(now_ns += 500);
  }
  connection.on_close({.ns = now_ns + 1000});
  made.batcher.finish();
  std::string reported;
  for (const std::string& line : made.spans.reported()) reported += line + "; ";
  if (const auto seen = made.ledger.get(model::Reason::RequestsSeen); seen > 0)
    reported += std::to_string(seen) + " requests";
  return reported;
}

std::vector<Way> ways(bool mid_life) {
  std::vector<Way> all;
  for (const auto role :
       {ConnectionRole::kClient, ConnectionRole::kServer, ConnectionRole::kUnknown}) {
    all.push_back({.name = "", .role = role, .mid_life = mid_life});
    all.push_back({.name = "cut", .role = role, .mid_life = mid_life, .captured = 24});
    all.push_back(
        {.name = "no positions", .role = role, .mid_life = mid_life, .has_positions = false});
  }
  return all;
}

void expect_nothing_reported(const std::string& name, const std::vector<Call>& calls,
                             std::size_t joined_at_most) {
  for (std::size_t first = 0; first < std::min(calls.size(), joined_at_most + 1); ++first) {
    const std::vector<Call> rest(calls.begin() + static_cast<std::ptrdiff_t>(first), calls.end());
    for (const Way& way : ways(first > 0)) {
      EXPECT_EQ(reported_of(rest, way), "") << name << " from call " << first << " on, role "
                                            << static_cast<int>(way.role) << ' ' << way.name;
    }
  }
}

TEST(ForeignProtocols, AreNotTakenForOnesThatAreFollowed) {
  const auto all = foreign_conversations();
  EXPECT_GE(all.size(), 28U);
  for (const auto& [name, foreign] : all)
    expect_nothing_reported(name, foreign.calls, foreign.is_whole ? 0 : SIZE_MAX);
}

TEST(ForeignProtocols, NorLineByLine) {
  for (const auto& [name, foreign] : foreign_conversations())
    expect_nothing_reported(name + " in lines", in_lines(foreign.calls),
                            foreign.is_whole ? 0 : SIZE_MAX);
}

TEST(ForeignProtocols, NorInHalves) {
  for (const auto& [name, foreign] : foreign_conversations()) {
    if (!foreign.is_whole)
      expect_nothing_reported(name + " in halves", in_halves(foreign.calls), SIZE_MAX);
  }
}

// Whatever went before on the connection.
TEST(ForeignProtocols, NorOneBehindAnother) {
  const auto all = foreign_conversations();
  for (const auto& [name, foreign] : all) {
    for (const auto& [other, more] : all) {
      if (more.is_whole) continue;
      std::vector<Call> both = foreign.calls;
      both.insert(both.end(), more.calls.begin(), more.calls.end());
      for (const Way& way : ways(false))
        EXPECT_EQ(reported_of(both, way), "") << name << ", " << other;
    }
  }
}

}  // namespace
}  // namespace obi::pipeline
