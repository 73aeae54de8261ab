// SPDX-License-Identifier: Apache-2.0
// HTTP/1.x on one connection: follows both directions message by message and pairs each final response with the oldest
// request that waits for one (RFC 9112 section 9.3). See protocol/conversation.hpp for the contract.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/http1/body.hpp"
#include "protocol/http1/head.hpp"
#include "protocol/http1/pending.hpp"

namespace obi::protocol::http1 {

/// Could this be the start of a request or a response?
bool looks_like(Payload first_bytes);

class Http1Conversation final : public Conversation {
 public:
  explicit Http1Conversation(const ConversationOptions& options) : options_(options) {}

  Fate on_chunk(const Chunk& chunk, SpanSink& sink) override;
  void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) override;
  void on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) override;
  void on_close(std::uint64_t ns, SpanSink& sink) override;
  void on_tick(std::uint64_t now_ns, SpanSink& sink) override;
  [[nodiscard]] bool has_open_request() const override { return !pending_.empty(); }
  [[nodiscard]] std::size_t held_bytes() const override;

 private:
  enum class Phase : std::uint8_t {
    kStart,     ///< between messages
    kHead,      ///< the head came in part and is kept in `head`
    kSkipHead,  ///< the head is too long to keep: only its end is looked for
    kBody,
    kResync,    ///< garbage: until a call that begins like a message
  };
  struct Side {
    Phase phase = Phase::kStart;
    Body body;
    std::string head;               // bytes of an incomplete head
    bool line_is_empty = false;     // kSkipHead: the current line has no character yet
    std::uint64_t first_ns = 0;     // start of the chunk with the message's first byte
    std::uint32_t first_pid = 0;
    std::uint64_t last_ns = 0;      // end of the last chunk of the message
  };

  Side& side_of(model::Direction direction) { return sides_[static_cast<std::size_t>(direction)]; }
  [[nodiscard]] bool carries_requests(model::Direction direction) const { return direction == request_direction_; }

  // Each takes the next part of `text` and returns the bytes used.
  std::size_t step(const Chunk& chunk, std::string_view text, bool at_chunk_start, SpanSink& sink);
  std::size_t start_message(const Chunk& chunk, std::string_view text, SpanSink& sink);
  std::size_t read_head(const Chunk& chunk, std::string_view text, SpanSink& sink);
  std::size_t skip_head(const Chunk& chunk, std::string_view text, SpanSink& sink);
  std::size_t read_body(const Chunk& chunk, std::string_view text, bool at_chunk_start, SpanSink& sink);

  std::expected<std::size_t, ParseError> begin_message(const Chunk& chunk, std::string_view text, bool partial,
                                                       SpanSink& sink);
  void begin_request(const Chunk& chunk, const RequestHead& head, SpanSink& sink);
  void begin_response(const Chunk& chunk, const ResponseHead& head, SpanSink& sink);
  void end_message(model::Direction direction, SpanSink& sink);
  void end_response(SpanSink& sink);
  void emit(const Pending& request, int status, std::uint64_t response_bytes, std::uint64_t end_ns, SpanSink& sink);
  void cut_head(const Chunk& chunk, SpanSink& sink);
  void skip_missing(const Chunk& chunk, SpanSink& sink);
  void upgrade(SpanSink& sink);
  void lose_pending(SpanSink::Note why, SpanSink& sink);
  static void resync(Side& side) {
    side.phase = Phase::kResync;
    side.head.clear();
  }

  ConversationOptions options_;
  std::array<Side, 2> sides_;
  std::optional<model::Direction> request_direction_;
  PendingRequests pending_;
  int status_ = 0;            ///< of the response being read
  bool interim_ = false;      ///< … which is 1xx: its request goes on waiting
  bool unpaired_ = false;     ///< … which answers no request we know
  bool upgraded_ = false;
  bool poisoned_ = false;     ///< bytes were lost with several requests under way: nothing can be paired any more
  std::size_t overflowed_ = 0;  ///< requests beyond the bounds of pending_, behind all of it
  std::uint32_t heads_in_chunk_ = 0;
};

}  // namespace obi::protocol::http1
