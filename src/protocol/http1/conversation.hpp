// SPDX-License-Identifier: Apache-2.0
// HTTP/1.x on one connection (RFC 9110, RFC 9112): follows both directions message by message,
// through what was captured and what was not, and reports to Exchanges where messages begin and
// end. See protocol/conversation.hpp for the contract.
//
// Bytes that are no message make the direction wait for a call that begins like one. Nothing of a
// body is kept; of a head, only what came before its end, up to 16 KiB.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/conversation.hpp"
#include "protocol/http1/body.hpp"
#include "protocol/http1/exchanges.hpp"
#include "protocol/http1/head.hpp"
#include "protocol/http1/state.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::http1 {

/// Does either direction begin with a request or a response? See protocol/table.hpp.
Match detect(const FirstBytes& first_bytes);

class Http1Conversation final : public Conversation {
 public:
  using Shared = http1::State;
  /// The bytes show which end is the client, so `start` isn't used for that.
  explicit Http1Conversation(const Shared& shared, const ConversationStart& start = {});

  ChunkResult on_chunk(const Chunk& chunk, SpanSink& sink) override;
  /// A WebSocket or a tunnel: no protocol that is followed.
  [[nodiscard]] Handover handover() const override { return {.row = nullptr, .unread = unread_}; }
  void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) override;
  void on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) override;
  void on_close(const Closing& closing, SpanSink& sink) override;
  void on_tick(std::uint64_t now_ns, SpanSink& sink) override;
  [[nodiscard]] bool has_open_request() const override { return exchanges_.waiting() > 0; }
  [[nodiscard]] std::size_t held_bytes() const override;

 private:
  enum class Phase : std::uint8_t {
    kStart,     ///< between messages
    kHead,      ///< the head came in part and is kept
    kLongHead,  ///< the head is too long to keep: only its end is looked for
    kBody,
    kResync,  ///< no message: until a call that begins like one
  };
  struct Side {
    model::Direction direction;
    Phase phase = Phase::kStart;
    bool line_is_empty = false;     // kLongHead: the current line has no character yet
    bool expects_continue = false;  // the message's body may stay away
    bool is_unpaired = false;       // no request waited when the message began
    bool end_was_guessed = false;   // of the message before
    bool was_unreadable = false;    // its first bytes, while it isn't known who sends requests
    Body body;
    std::string head;           // kHead, kLongHead
    RequestStart start;         // of the message's first byte
    std::uint64_t last_ns = 0;  // end of the last call of this direction
  };
  /// What is read of a head.
  struct Head {
    bool is_response = false;
    RequestHead request;  // one of them is empty
    ResponseHead response;
    std::expected<std::size_t, ParseError> size = std::unexpected(ParseError::NotThisProtocol);
    [[nodiscard]] bool has_first_line() const {
      return response.status != 0 || !request.method.empty();
    }
  };

  Side& side_of(model::Direction direction) { return sides_[static_cast<std::size_t>(direction)]; }
  Side& other_side(const Side& side) { return side_of(opposite(side.direction)); }
  [[nodiscard]] bool may_carry_requests(const Side& side) const;
  [[nodiscard]] bool may_carry_responses(const Side& side) const;
  [[nodiscard]] static bool is_in_head(const Side& side) {
    return side.phase == Phase::kHead || side.phase == Phase::kLongHead;
  }
  void set_request_direction(model::Direction direction);

  // Each takes the start of `text` and returns the bytes used; 0 only after a change of phase.
  std::size_t step(Side& side, const Chunk& chunk, std::string_view text, SpanSink& sink);
  std::size_t start_message(Side& side, const Chunk& chunk, std::string_view text, SpanSink& sink);
  std::size_t start_head(Side& side, const Chunk& chunk, std::string_view text, SpanSink& sink);
  std::size_t read_head(Side& side, std::string_view text, SpanSink& sink);
  std::size_t take_head(Side& side, std::string_view text, std::size_t kept, const Head& head,
                        SpanSink& sink);
  std::size_t read_long_head(Side& side, std::string_view text, SpanSink& sink);
  std::size_t read_body(Side& side, const Chunk& chunk, std::string_view text, SpanSink& sink);

  [[nodiscard]] Head parse_head(const Side& side, std::string_view text) const;
  static bool is_garbage(const Side& side, const Head& head, std::string_view text);
  bool begin_cut_message(Side& side, std::string_view text, SpanSink& sink);
  void begin_message(Side& side, const Head& head, bool partial, SpanSink& sink);
  void begin_request(Side& side, const RequestHead& head, bool partial, SpanSink& sink);
  void begin_response(Side& side, const ResponseHead& head, bool partial, SpanSink& sink);
  void end_message(Side& side, bool was_seen, SpanSink& sink);
  bool next_message_begins(Side& side, std::string_view text);

  void miss(Side& side, const Chunk& chunk, SpanSink& sink);
  void cut_head(Side& side, std::string_view tail, SpanSink& sink, bool was_answered = false);
  void check_lost_body(Side& side, std::string_view last_bytes, SpanSink& sink);
  void end_lost_response(Side& answers, SpanSink& sink);
  void lose_messages(Side& side, SpanSink& sink);
  void skip_garbage(Side& side, SpanSink& sink);
  static void resync(Side& side);
  static bool ends_with_connection(const Side& answers, model::Failure failure);
  void upgrade(SpanSink& sink);

  std::array<Side, 2> sides_{Side{.direction = model::Direction::kReceive},
                             Side{.direction = model::Direction::kSend}};
  std::optional<model::Direction> request_direction_;
  // Of the call at hand, until a request has taken it.
  std::optional<model::SegmentContext> context_;
  Exchanges exchanges_;
  bool upgraded_ = false;
  std::size_t unread_ = 0;  // captured bytes of the chunk at hand behind the upgrade
};

}  // namespace obi::protocol::http1
