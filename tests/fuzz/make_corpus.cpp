// SPDX-License-Identifier: Apache-2.0
// Makes scripts for the corpus (protocol/conversation_script.hpp) from a recording of real traffic,
// one a connection: `make_corpus RECORDING FOLDER [--port N | --unix] [--name NAME] …`.
//
// Where both ends of a connection were recorded, the client's is taken: by the addresses for TCP,
// by the role for AF_UNIX. Segments are put in the order of time, then each direction's in that of
// its positions. Bytes that were not captured become a gap. What a recording holds is real: look at
// it before it goes anywhere.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "capture/record.hpp"
#include "capture/recording.hpp"
#include "protocol/conversation_script.hpp"

namespace {

namespace model = obi::model;
namespace protocol = obi::protocol;
using Kind = protocol::ScriptPart::Kind;

constexpr std::size_t kMaxPart = 0xffff;  // a part's length has 16 bits

struct Settings {
  std::string recording;
  std::string folder;
  std::string name;        // of the files, between "recorded-" and the number
  std::uint16_t port = 0;  // 0 = any
  bool unix_only = false;
  std::size_t max_bytes = 20'000;
  std::size_t most = 1000;  // files
};

struct Moved {
  model::Segment segment;  // its views are those of the recording
  std::uint64_t order = 0;
};

struct Connection {
  model::ConnectionOpened opened;
  std::vector<Moved> moved;
  [[nodiscard]] bool is_server() const { return opened.role == model::ConnectionRole::kServer; }
  [[nodiscard]] const model::Endpoint& server() const {
    return is_server() ? opened.local : opened.remote;
  }
};

using Connections = std::map<std::uint64_t, Connection>;

Connections connections_of(const obi::capture::Recording& recording) {
  Connections connections;
  std::uint64_t order = 0;
  recording.replay([&](std::span<const std::byte> bytes) {
    obi::model::SegmentContext context;
    const obi::capture::Record record = obi::capture::decode_record(bytes, context);
    if (const auto* opened = std::get_if<model::ConnectionOpened>(&record))
      connections[opened->id].opened = *opened;
    if (const auto* segment = std::get_if<model::Segment>(&record))
      connections[segment->connection_id].moved.push_back({*segment, ++order});
  });
  std::erase_if(connections, [](const auto& entry) {
    return entry.second.opened.id == 0 || entry.second.moved.empty();
  });
  return connections;
}

/// In the order of time, each direction in that of its positions.
void sort(std::vector<Moved>& moved) {
  std::ranges::sort(moved, {},
                    [](const Moved& one) { return std::pair(one.segment.start_ns, one.order); });
  for (const model::Direction direction : {model::Direction::kReceive, model::Direction::kSend}) {
    std::vector<std::size_t> places;
    std::vector<Moved> sorted;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      if (moved[i].segment.direction != direction || !moved[i].segment.has_position) continue;
      places.push_back(i);
      sorted.push_back(moved[i]);
    }
    if (sorted.empty()) continue;
    const std::uint32_t first = sorted.front().segment.position;
    std::ranges::stable_sort(sorted, {}, [first](const Moved& one) {
      return static_cast<std::int32_t>(one.segment.position - first);
    });
    for (std::size_t i = 0; i < places.size(); ++i) moved[places[i]] = sorted[i];
  }
}

void write_parts(std::string& script, bool from_server, Kind kind,
                 std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(bytes.size(), kMaxPart));
    script += protocol::written({.from_server = from_server, .kind = kind, .bytes = part});
    bytes = bytes.subspan(part.size());
  }
}

/// Up to `max_bytes`, whole segments.
std::string script_of(const Connection& connection, std::size_t max_bytes) {
  // Settings (conversation_fuzz.cpp): the traced process is the client; 8: of datagrams.
  std::string script(1, connection.opened.datagrams ? '\x8' : '\0');
  const model::Direction client =
      connection.is_server() ? model::Direction::kReceive : model::Direction::kSend;
  for (const Moved& one : connection.moved) {
    const model::Segment& segment = one.segment;
    const bool from_server = segment.direction != client;
    const std::size_t missing =
        segment.total_bytes - std::min<std::size_t>(segment.total_bytes, segment.payload.size());
    if (script.size() + segment.payload.size() + missing > max_bytes) break;
    write_parts(script, from_server, Kind::kBytes, segment.payload);
    write_parts(script, from_server, Kind::kGap, std::vector<std::byte>(missing));
    if (segment.end_of_stream)
      script += protocol::written({.from_server = from_server, .kind = Kind::kEndOfStream});
  }
  return script;
}

std::string name_of(const model::Endpoint& endpoint) {
  return to_string(endpoint.address) + ":" + std::to_string(endpoint.port);
}

/// Of the same connection, recorded at both ends, true at the server's.
bool is_other_end(const Connection& connection, const Connections& all) {
  if (!connection.is_server()) return false;
  return std::ranges::any_of(all, [&](const auto& entry) {
    const Connection& other = entry.second;
    if (other.is_server() || other.opened.unix_socket != connection.opened.unix_socket)
      return false;
    return connection.opened.unix_socket || (other.opened.local == connection.opened.remote &&
                                             other.opened.remote == connection.opened.local);
  });
}

bool is_wanted(const Connection& connection, const Settings& settings) {
  if (settings.unix_only) return connection.opened.unix_socket;
  return settings.port == 0 || connection.server().port == settings.port;
}

int make(const Settings& settings) {
  const auto recording = obi::capture::Recording::open(settings.recording);
  if (!recording) {
    std::fprintf(stderr, "%s\n", recording.error().message.c_str());
    return 1;
  }
  Connections connections = connections_of(*recording);
  std::size_t made = 0;
  for (auto& [id, connection] : connections) {
    if (made == settings.most) break;
    if (!is_wanted(connection, settings) || is_other_end(connection, connections)) continue;
    sort(connection.moved);
    const std::string script = script_of(connection, settings.max_bytes);
    if (script.size() <= 1) continue;
    const std::string path = settings.folder + "/recorded-" +
                             (settings.name.empty() ? "" : settings.name + "-") +
                             std::to_string(++made);
    std::ofstream file(path, std::ios::binary);
    if (!(file << script)) {
      std::fprintf(stderr, "cannot write %s\n", path.c_str());
      return 1;
    }
    std::printf("%s: %zu bytes, %zu segments, server %s\n", path.c_str(), script.size(),
                connection.moved.size(),
                connection.opened.unix_socket ? "unix" : name_of(connection.server()).c_str());
  }
  if (made == 0) std::fprintf(stderr, "no connection of that kind\n");
  return made > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  CLI::App cli{"Scripts for tests/fuzz/corpus from a recording"};
  cli.add_option("recording", settings.recording, "made by --record")->required();
  cli.add_option("folder", settings.folder, "where the scripts go")->required();
  cli.add_option("--name", settings.name, "the files are recorded-NAME-N");
  auto* port = cli.add_option("--port", settings.port, "only connections of this server port");
  cli.add_flag("--unix", settings.unix_only, "only AF_UNIX")->excludes(port);
  cli.add_option("--max-bytes", settings.max_bytes, "of a script; the rest is left out");
  cli.add_option("--most", settings.most, "this many scripts at most");
  CLI11_PARSE(cli, argc, argv);
  return make(settings);
}
