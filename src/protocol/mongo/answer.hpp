// SPDX-License-Identifier: Apache-2.0
// How a command of MongoDB went: from the body of an OP_MSG or OP_REPLY. Three things mark a
// failure: ok: 0 (the command was refused), writeErrors (some of the writes were), and
// writeConcernError (written, but not to as many nodes as asked). Each makes the operation a failed
// one here; the first in that order gives code and message. Pure functions; views point into the
// input, which may be cut.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::mongo {

struct Answer {
  bool failed = false;        ///< false too if the mark is not in the bytes
  std::int64_t code = 0;      ///< of the error; 0 if it has none
  std::string_view message;   ///< errmsg, which may hold values
  bool more_to_come = false;  ///< another answer follows, which answers this one
  bool is_readable = true;    ///< false: compressed
};

/// `bytes`: the message from its header on. `documents`: it holds a collection's documents, of
/// which nothing is read. Malformed: no answer is like that.
std::expected<Answer, ParseError> parse_answer(std::span<const std::byte> bytes, bool documents);

/// `message` up to the first value that servers quote in it ("… dup key: { email: …").
std::string_view without_values(std::string_view message);

}  // namespace obi::protocol::mongo
