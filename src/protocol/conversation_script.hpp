// SPDX-License-Identifier: Apache-2.0
// A conversation as a file: what tests, fuzz targets and benchmarks feed to a protocol, and what
// recordings are turned into (tests/fuzz/corpus). Each part is a control byte, a length (16 bits,
// lowest byte first) and so many bytes; input that ends early is a shorter part, so that any bytes
// are a script.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol {

struct ScriptPart {
  enum class Kind : std::uint8_t {
    kBytes,
    kCutBytes,  ///< 7 * length + 1 more bytes moved and were not captured; the tail are the last 8
                ///< given
    kGap,       ///< as many bytes were lost as the part has
    kGapOfUnknownSize,
    kEndOfStream,
    kTick,  ///< 100 ms pass for each byte
  };
  bool from_server = false;
  Kind kind = Kind::kBytes;
  std::span<const std::byte> bytes;
};

/// Takes the next part off the front of `script`; call while that is not empty.
ScriptPart next_part(std::span<const std::byte>& script);
/// The part as bytes of a script; at most 65535 bytes of it.
std::string written(const ScriptPart& part);

/// Plays a script to a conversation whose client's bytes move in `client_direction`. Times begin at
/// `now_ns` and go on in steps of 10 ns; returns the last. Stops after a part to which the
/// conversation says ChunkResult::Handover, as a connection does.
std::uint64_t play(std::span<const std::byte> script, Conversation& conversation,
                   model::Direction client_direction, SpanSink& sink, std::uint64_t now_ns = 1000);

}  // namespace obi::protocol
