// SPDX-License-Identifier: Apache-2.0
// The list of protocols, and how the one that a connection speaks is found: each is shown the first
// bytes of both directions. Pure functions and constant data.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/state.hpp"

namespace obi::protocol {

/// The first bytes of a connection, each direction's from where it was first seen, in a row and
/// without holes, up to kMaxBytes. (In mid-life they may begin anywhere in a message.)
struct FirstBytes {
  static constexpr std::size_t kMaxBytes = 4096;
  Payload client;  ///< what the client has sent
  Payload server;  ///< what the server has sent
  std::uint16_t server_port = 0;
  bool mid_life = false;
  bool server_first = false;  ///< the first bytes seen were the server's
  bool datagrams = false;     ///< the bytes of each direction are the first datagram
};

enum class Match : std::uint8_t {
  kNo,     ///< it is something else
  kMaybe,  ///< more bytes, or the other direction's, may decide
  kYes,    ///< proven: nothing else begins like this
};

struct ProtocolRow {
  std::string_view name;  ///< of the folder, the fuzz target and the row in docs/protocols.md
  std::string_view instrumentation;  ///< the selector of its spans
  /// Called with bytes of one direction at least. Answers kYes only to what no other protocol
  /// sends; never kMaybe once both directions have shown a whole message.
  Match (*detect)(const FirstBytes&);
  /// What its conversations share on one thread; null: the options switch it off.
  std::unique_ptr<ProtocolState> (*open)(const ProtocolOptions&);
  /// The state is of `open`, and outlives the conversation.
  std::unique_ptr<Conversation> (*converse)(ProtocolState&, const ConversationStart&);
  bool speaks_in_datagrams = false;  ///< also: is shown connections of datagrams
  bool server_may_begin = false;     ///< a server of it may send before it has received anything
  /// Its messages are small and many travel in one call: every byte of a connection is captured as
  /// soon as it is known to speak it. Where that depends on what is said: SpanSink::request_stream.
  bool captures_whole = false;
};

/// In order of priority, highest first.
std::span<const ProtocolRow> protocols();

/// The row of that name; null if there is none.
const ProtocolRow* find_protocol(std::string_view name);

}  // namespace obi::protocol
