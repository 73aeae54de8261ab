// SPDX-License-Identifier: Apache-2.0
// How a client's commands begin on the wire: as an array of strings, or as a line for people
// ("inline command"). Pure functions.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/redis/command_text.hpp"

namespace obi::protocol::redis {

/// Bytes of the line that `bytes` begin with. Truncated: it has no end yet.
std::expected<std::uint64_t, ParseError> measure_inline(std::string_view bytes);
/// Tells its words to `text`. False: there is none.
bool read_inline(std::string_view line, CommandText& text);

enum class CommandStart : std::uint8_t {
  kNone,     ///< no command begins so
  kCut,      ///< one may
  kUnknown,  ///< one of a name that isn't Redis' own
  kKnown,
};
/// What an array begins with.
CommandStart array_start(std::string_view bytes);
/// What an inline command begins with; kNone if its line holds anything but text.
CommandStart inline_start(std::string_view bytes);

}  // namespace obi::protocol::redis
