// SPDX-License-Identifier: Apache-2.0
// What a request to MongoDB asks for: from the body of an OP_MSG, or from the messages older than
// that (OP_QUERY and its kin). The command is the first key of its document, its collection mostly
// that key's value. Pure functions; views point into the input, which may be cut.
#pragma once
#include <cstddef>
#include <expected>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::mongo {

/// Bytes of "database.collection", by the servers' limit.
inline constexpr std::size_t kMaxNamespace = 255;
inline constexpr std::size_t kMaxCommandName = 64;

struct Command {
  /// Static, or a view if it is none of the usual commands; "*": it is unknown.
  std::string_view operation = "*";
  std::string_view collection;
  std::string_view database;
  bool is_bookkeeping = false;  ///< of the driver's own: makes no span
  bool has_answer = true;
  bool answers_documents = false;  ///< OP_QUERY on a collection: documents, and no word on success
  bool is_readable = true;         ///< false: compressed
};

/// Letters, digits, '_' and '$', not too long.
bool is_command_name(std::string_view name);

/// `bytes`: the message from its header on. Malformed: no request is like that.
std::expected<Command, ParseError> parse_command(std::span<const std::byte> bytes);

}  // namespace obi::protocol::mongo
