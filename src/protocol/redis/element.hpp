// SPDX-License-Identifier: Apache-2.0
// One element of RESP, the protocol of Redis: a line, a string with its length, or the header of an
// aggregate whose members follow as elements of their own (RESP2 and RESP3, redis-specifications).
// Bytes to struct, no state; views point into the input.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::redis {

/// A count or length above it is taken for garbage: Redis itself stops at 512 MiB, and at 2^31 - 1
/// elements.
inline constexpr std::uint64_t kMaxCount = 1ULL << 32U;

struct Element {
  enum class Kind : std::uint8_t {
    kLine,       ///< + - : _ , # (
    kString,     ///< $ ! = ;
    kAggregate,  ///< * ~ > % |
    kEnd,        ///< "." behind a streamed aggregate, ";0" behind a streamed string
  };
  Kind kind = Kind::kLine;
  char type = 0;              ///< the first byte
  bool is_null = false;       ///< "_", "$-1", "*-1"
  bool is_streamed = false;   ///< "$?", "*?": parts follow until an end
  std::uint64_t members = 0;  ///< of an aggregate: elements that follow (two for a pair of a map)
  std::uint64_t size = 0;     ///< on the wire, without members
  std::string_view text;      ///< of a line or string, as far as it is in the input
};

/// The element that `bytes` begin with; of a string, its body may be missing. Truncated: its first
/// line isn't complete.
std::expected<Element, ParseError> parse_element(std::span<const std::byte> bytes);

}  // namespace obi::protocol::redis
