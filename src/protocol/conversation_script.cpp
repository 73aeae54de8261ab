// SPDX-License-Identifier: Apache-2.0
#include "protocol/conversation_script.hpp"

#include <algorithm>

namespace obi::protocol {
namespace {

using Kind = ScriptPart::Kind;

constexpr std::uint8_t kFromServer = 1;
constexpr unsigned kKindShift = 1;
constexpr std::uint64_t kStepNs = 10;
constexpr std::uint64_t kTickNs = 100'000'000;
constexpr std::uint32_t kPid = 7;

Chunk chunk_of(const ScriptPart& part, model::Direction direction, std::uint64_t now_ns) {
  Chunk chunk;
  chunk.direction = direction;
  chunk.bytes = part.bytes;
  if (part.kind == Kind::kCutBytes) {
    chunk.missing_bytes = part.bytes.size() * 7 + 1;
    chunk.tail = part.bytes.last(std::min<std::size_t>(8, part.bytes.size()));
  }
  chunk.start_ns = chunk.end_ns = now_ns;
  chunk.task.pid = kPid;
  return chunk;
}

}  // namespace

ScriptPart next_part(std::span<const std::byte>& script) {
  ScriptPart part;
  const auto control = std::to_integer<std::uint8_t>(script[0]);
  part.from_server = (control & kFromServer) != 0;
  const auto kind = static_cast<unsigned>(control) >> kKindShift;
  part.kind = kind <= static_cast<unsigned>(Kind::kTick) ? static_cast<Kind>(kind) : Kind::kBytes;
  if (script.size() < 3) {
    script = {};
    return part;
  }
  const std::size_t length =
      std::to_integer<std::size_t>(script[1]) | std::to_integer<std::size_t>(script[2]) << 8U;
  part.bytes = script.subspan(3, std::min(length, script.size() - 3));
  script = script.subspan(3 + part.bytes.size());
  return part;
}

std::string written(const ScriptPart& part) {
  const std::size_t length = std::min<std::size_t>(part.bytes.size(), 0xffff);
  std::string text;
  text += static_cast<char>(static_cast<unsigned>(part.kind) << kKindShift |
                            (part.from_server ? kFromServer : 0));
  text += static_cast<char>(length & 0xff);
  text += static_cast<char>(length >> 8U);
  text += text_of(part.bytes.first(length));
  return text;
}

std::uint64_t play(std::span<const std::byte> script, Conversation& conversation,
                   model::Direction client_direction, SpanSink& sink, std::uint64_t now_ns) {
  while (!script.empty()) {
    const ScriptPart part = next_part(script);
    const model::Direction direction =
        part.from_server ? opposite(client_direction) : client_direction;
    now_ns += kStepNs;
    switch (part.kind) {
      case Kind::kGap: conversation.on_gap(direction, part.bytes.size(), sink); break;
      case Kind::kGapOfUnknownSize: conversation.on_gap(direction, 0, sink); break;
      case Kind::kEndOfStream: conversation.on_end_of_stream(direction, now_ns, sink); break;
      case Kind::kTick: conversation.on_tick(now_ns += part.bytes.size() * kTickNs, sink); break;
      case Kind::kBytes:
      case Kind::kCutBytes:
        if (part.bytes.empty()) break;
        if (conversation.on_chunk(chunk_of(part, direction, now_ns), sink) == ChunkResult::Handover)
          return now_ns;
    }
  }
  return now_ns;
}

}  // namespace obi::protocol
