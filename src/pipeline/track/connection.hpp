// SPDX-License-Identifier: Apache-2.0
// One connection of a traced process: finds out its protocol, keeps its bytes in order and feeds
// them to the conversation. Not thread-safe.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/ledger.hpp"
#include "model/segment.hpp"
#include "pipeline/track/preamble_filter.hpp"
#include "pipeline/track/stream_order.hpp"
#include "protocol/classifier.hpp"
#include "protocol/conversation.hpp"

namespace obi::pipeline {

/// What a connection needs from the table that holds it.
struct ConnectionContext {
  model::Ledger& ledger;
  protocol::SpanSink& sink;
  const protocol::ConversationOptions& options;
};

class Connection {
 public:
  explicit Connection(const model::ConnectionOpened& opened);

  /// Wants nothing more of the connection's bytes.
  [[nodiscard]] bool is_silent() const { return state_ == State::kSilent; }
  /// As it was opened; where a proxy has named its client, that is the remote end.
  [[nodiscard]] const model::ConnectionOpened& info() const { return info_; }

  void on_segment(const model::Segment& segment, const ConnectionContext& context);
  /// It has ended.
  void on_close(const model::ConnectionClosed& closed, const ConnectionContext& context);
  /// It goes on, and its bytes so far are let go of; what is open is counted as that.
  void forget(std::uint64_t ns, const ConnectionContext& context);
  /// Lets segments through that waited since before the last call, and lets the conversation give
  /// up on old requests.
  void on_tick(std::uint64_t now_ns, const ConnectionContext& context);
  [[nodiscard]] bool has_held() const { return !held_.empty(); }
  /// Of datagrams, whose end has no event: nothing waits, and no segment came for a while.
  [[nodiscard]] bool is_over(std::uint64_t now_ns) const;
  [[nodiscard]] std::size_t held_bytes() const;

  std::uint64_t last_ns = 0;  ///< time of its last segment

 private:
  enum class State : std::uint8_t { kUnknown, kTalking, kSilent };
  void release_held(bool patient, const ConnectionContext& context);
  void force_one(const ConnectionContext& context);
  void abandon_before(const model::Segment& segment, const ConnectionContext& context);
  void lose(model::Direction direction, std::uint32_t missing, const ConnectionContext& context);
  bool try_take(const model::Segment& segment, bool patient, const ConnectionContext& context);
  void feed(const model::Segment& segment, std::uint32_t skip, const ConnectionContext& context);
  bool passes_preamble(protocol::Chunk& chunk, const ConnectionContext& context);
  void end_preamble(const ConnectionContext& context);
  void hand_over(const protocol::Chunk& chunk, const ConnectionContext& context);
  void converse(const protocol::Chunk& chunk, const ConnectionContext& context);
  void note_first(const model::Segment& segment);
  void classify(const protocol::Chunk& chunk, const ConnectionContext& context);
  void wait_for_more(const protocol::Chunk& chunk, const ConnectionContext& context);
  void begin_conversation(const protocol::Classifier::Decision& decision,
                          const ConnectionContext& context);
  void drop_classifier(model::Ledger& ledger);
  void count(protocol::ChunkResult result, const protocol::Chunk& chunk,
             const ConnectionContext& context);
  void end(const protocol::Closing& closing, const ConnectionContext& context);
  void lose_unseen_end(const model::ConnectionClosed& closed, const ConnectionContext& context);
  void count_unknown(const ConnectionContext& context);

  model::ConnectionOpened info_;
  State state_ = State::kUnknown;
  std::uint16_t unknown_chunks_ = 0;  // chunks with payload in a row that no protocol knew
  bool reclassified_ = false;
  // By direction: bytes were lost, and no message came since.
  std::array<bool, 2> is_behind_loss_{};
  std::array<bool, 2> has_unreadable_{};  // by direction: bytes that no protocol could read
  PreambleFilter preamble_;
  // What is known of the connection's beginning, whatever its protocol turns out to be.
  struct Beginning {
    model::Direction direction = model::Direction::kReceive;
    std::uint32_t peer_position = 0;
    bool is_settled = false;
  };
  std::optional<Beginning> begins_;        // the first bytes that were shown
  std::optional<model::Direction> first_;  // of the connection's first bytes, once it is certain
  bool has_passed_ = false;                // bytes went by that were no protocol's
  StreamOrder order_;
  std::unique_ptr<protocol::Classifier> classifier_;  // while several protocols are possible
  std::unique_ptr<protocol::Conversation> conversation_;
  std::vector<HeldSegment> held_;
  bool held_for_a_tick_ = false;
  bool begun_ = false;  // a segment has come
};

}  // namespace obi::pipeline
