// SPDX-License-Identifier: Apache-2.0
// memcached's text protocol: the lines of a client, classic and meta commands, and those of a
// server (memcached's doc/protocol.txt). Pure functions; views point into the input or are static.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::memcached {

/// Lines are no longer, but those that name many keys.
inline constexpr std::size_t kMaxLine = 2048;

/// What a server's line says, as a set.
using Words = std::uint32_t;
// clang-format off
inline constexpr Words kValue = 1U << 0U, kEnd = 1U << 1U, kStat = 1U << 2U, kStored = 1U << 3U, kNotStored = 1U << 4U,
    kExists = 1U << 5U, kNotFound = 1U << 6U, kDeleted = 1U << 7U, kTouched = 1U << 8U, kOk = 1U << 9U,
    kVersion = 1U << 10U, kNumber = 1U << 11U, kReset = 1U << 12U, kMetaHit = 1U << 13U, kMetaValue = 1U << 14U,
    kMetaMiss = 1U << 15U, kMetaNotFound = 1U << 16U, kMetaNotStored = 1U << 17U, kMetaExists = 1U << 18U,
    kMetaNoop = 1U << 19U, kMetaDebug = 1U << 20U, kError = 1U << 21U, kClientError = 1U << 22U,
    kServerError = 1U << 23U, kOther = 1U << 24U;
// clang-format on
inline constexpr Words kErrors = kError | kClientError | kServerError;
inline constexpr Words kAnything = ~Words{0};

struct TextCommand {
  std::string_view operation;  ///< "GET"; empty: no span is due
  std::string_view key;        ///< the first
  Words answers = kAnything;   ///< lines that may answer it, besides errors
  Words last = kAnything;      ///< … and of those that end the answer
  Words unsaid = 0;            ///< … and of those that the client didn't want to see
  bool is_known = false;
  bool is_unanswered = false;  ///< noreply, quit
  bool is_watch = false;       ///< what follows is a log
  bool names_key = false;      ///< the answer has the key
  std::string_view opaque;     ///< the answer has this
  bool has_data = false;
  std::uint64_t data_bytes = 0;  ///< that follow the line, without CRLF
};

struct TextAnswer {
  Words word = kOther;
  std::string_view key;     ///< of VALUE, or of a meta answer that has it
  std::string_view opaque;  ///< of a meta answer that has it
  bool has_data = false;
  std::uint64_t data_bytes = 0;
};

/// `line` has no end of line. Of a line that has no end yet, what there is of it may be given.
TextCommand parse_command(std::string_view line);
/// May a command begin with this part of a line?
bool may_begin_command(std::string_view text);
/// NotThisProtocol: no server says this.
std::expected<TextAnswer, ParseError> parse_answer(std::string_view line);
/// The kind of error as telemetry names it; empty if the word is none.
std::string_view error_code_of(Words word);

/// May this be text of a client or server? (Keys and arguments have no control characters.)
bool is_plain_line(std::string_view line);

}  // namespace obi::protocol::memcached
