// SPDX-License-Identifier: Apache-2.0
// The contract between a connection and the protocol that is spoken on it. A connection
// (pipeline/track) feeds the bytes of both directions, in stream order and with the lengths of what
// was not captured; a conversation answers with spans. No I/O, no clock, no threads, no log in
// here: times come in with the bytes.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.hpp"
#include "model/segment.hpp"
#include "model/span.hpp"
#include "model/task.hpp"
#include "model/trace_context.hpp"
#include "protocol/request.hpp"

namespace obi::protocol {

/// Bytes as captured: `original_size` >= bytes.size(), the rest was cut.
struct Payload {
  std::span<const std::byte> bytes;
  std::size_t original_size = 0;
};

/// The same bytes as characters.
inline std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

enum class ParseError : std::uint8_t {
  Truncated,        ///< a longer input could be a message
  NotThisProtocol,  ///< no continuation makes this a message of the protocol
  Malformed,        ///< began as a message and broke a rule
  TooLong,          ///< beyond a bound of ours
  Unsupported,      ///< valid, and not followed further
};

/// The bytes of one call in one direction. Views live only during the call.
struct Chunk {
  model::Direction direction = model::Direction::kReceive;
  std::span<const std::byte> bytes;  ///< captured prefix
  std::uint64_t missing_bytes = 0;   ///< moved after `bytes`, not captured
  std::span<const std::byte> tail;   ///< last bytes of the missing part, up to 8, if known
  std::uint64_t start_ns = 0;        ///< CLOCK_MONOTONIC, see model::Segment
  std::uint64_t end_ns = 0;
  model::Task task;  ///< that made the call
  model::Source source = model::Source::kPlain;
  /// Of the kernel side, for the first request that begins in these bytes; null = none.
  const model::SegmentContext* context = nullptr;
};

/// A copy of the chunk's context, which ends with the call.
inline std::optional<model::SegmentContext> context_of(const Chunk& chunk) {
  return chunk.context == nullptr ? std::nullopt : std::optional(*chunk.context);
}

/// What a chunk was to the conversation; the caller counts it in the ledger.
enum class ChunkResult : std::uint8_t {
  Message,       ///< part of a message
  Resync,        ///< skipped while looking for the next message
  Unrecognised,  ///< not this protocol; nothing was kept
  Handover,      ///< the conversation is over: see Conversation::handover()
};

struct ProtocolRow;

/// What follows on a stream behind the conversation that was on it.
struct Handover {
  enum class To : std::uint8_t {
    kSilence,    ///< nothing that is followed
    kEncrypted,  ///< TLS: its plaintext is another source's
    kProtocol,   ///< `row`
  };
  To to = To::kSilence;
  const ProtocolRow* row = nullptr;
  /// Captured bytes of the chunk at hand that are not the conversation's any more: its last ones.
  std::size_t unread = 0;
};

/// Where a conversation puts finished requests, and its notes. Implemented by the connection
/// tracker.
class SpanSink {
 public:
  virtual ~SpanSink() = default;
  /// A request is known: gives it its ids and counts it, as `count` requests if that many spans are
  /// due. Each of them must end in exactly one span or one loss. 0: it has ids, and whether a span
  /// is due is known later; then Note::RequestSeen is noted before the span. A request of which no
  /// span can come is not begun. Where a request has several spans, the first has the request's own
  /// ids, and each further one those of `begin(request, 0)`.
  virtual RequestIdentity begin(const RequestOrigin& origin, std::uint64_t count = 1) = 0;
  /// The span of a request that has ended, valid until the next call: with type, endpoints, ids,
  /// times, pid and sizes. The conversation fills method, path, status and what is particular to
  /// its protocol (HTTP: query, scheme, host_header; others: a struct of model/calls.hpp). Texts
  /// and structs are in arena() or static.
  model::Span& emit_span(model::EventType type, const RequestIdentity& request,
                         const Completion& completion);
  /// For emit_span: a new span with type and endpoints.
  virtual model::Span& add_span(model::EventType type) = 0;
  /// Memory for the text of the span that was added last.
  virtual base::Arena& arena() = 0;
  enum class Note : std::uint8_t {
    RequestSeen,
    RequestNoResponse,
    RequestLostResponse,
    RequestUpgraded,
    RequestOverflow,
    RequestOpen,
    HeadTruncated,
    HeadMalformed,
    ResponseUnpaired,
    MessageMalformed,
    MessageUnsupported,
    StatementUnknown,
    RequestUnreadable,
  };
  virtual void note(Note what, std::uint64_t count = 1) = 0;
  /// Several requests are outstanding at once: every byte of this connection is to be captured from
  /// now on.
  virtual void request_stream() = 0;
};

/// The end of a connection, as far as it is known.
struct Closing {
  std::uint64_t ns = 0;      ///< its socket was gone
  std::uint64_t end_ns = 0;  ///< it ended as `end` says; 0 if unknown
  model::ConnectionEnd end = model::ConnectionEnd::kUnknown;
  /// The connection goes on and is forgotten: what is open has not failed.
  [[nodiscard]] bool is_forgotten() const { return end == model::ConnectionEnd::kStillOpen; }
};

/// State of one connection. Destroyed without notice when its table slot is needed; `on_close`
/// comes first whenever the end of the connection is known.
class Conversation {
 public:
  virtual ~Conversation() = default;
  virtual ChunkResult on_chunk(const Chunk& chunk, SpanSink& sink) = 0;
  /// Once on_chunk has returned ChunkResult::Handover, which it does for the first chunk with bytes
  /// that are not this conversation's: what those are. Nothing is called behind that.
  [[nodiscard]] virtual Handover handover() const { return {}; }
  /// `direction` has no more bytes (FIN seen, or shut down); a message that ends at the end of its
  /// stream is complete.
  virtual void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) = 0;
  /// Bytes of `direction` were lost; `missing` is 0 if it is unknown how many. Continue at the next
  /// provable boundary.
  virtual void on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) = 0;
  /// The connection is gone, or forgotten. Whatever can still become a span does, a request that is
  /// open as a failed one (protocol/unanswered.hpp); the rest is noted.
  virtual void on_close(const Closing& closing, SpanSink& sink) = 0;
  /// Called about every second with the newest time: abandon what has waited too long.
  virtual void on_tick(std::uint64_t now_ns, SpanSink& sink) = 0;
  /// True while a request waits for its response.
  [[nodiscard]] virtual bool has_open_request() const = 0;
  /// Bytes of heap that this conversation holds, for the memory bound of the table.
  [[nodiscard]] virtual std::size_t held_bytes() const = 0;
};

/// What is known of a connection when its conversation begins.
struct ConversationStart {
  /// In which the client's bytes move: kSend where the traced process is the client.
  model::Direction client_direction = model::Direction::kSend;
  bool mid_life = false;          ///< bytes had moved before the first that will be seen
  std::uint16_t server_port = 0;  ///< 0 for AF_UNIX
  bool datagrams = false;         ///< each chunk is a datagram, not part of a stream
  /// The connection began with bytes of the client that no protocol could read.
  bool client_was_unreadable = false;
};

}  // namespace obi::protocol
