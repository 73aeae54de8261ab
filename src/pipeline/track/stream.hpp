// SPDX-License-Identifier: Apache-2.0
// One source of one connection: the socket's own bytes, or plaintext from above TLS. Puts its
// segments in order, finds out its protocol and feeds the conversation. Each stream has its own
// sink and capture mode: what silences one leaves the others as they are. Not thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "model/ledger.hpp"
#include "model/segment.hpp"
#include "pipeline/batch/endpoint_sink.hpp"
#include "pipeline/track/preamble_filter.hpp"
#include "pipeline/track/stream_order.hpp"
#include "protocol/classifier.hpp"
#include "protocol/conversation.hpp"
#include "protocol/protocols.hpp"
#include "protocol/tls_hello.hpp"

namespace obi::pipeline {

/// Sets how much of one source of a connection is captured from now on.
using SetMode =
    std::function<void(std::uint64_t connection_id, model::Source source, model::CaptureMode mode)>;

/// Of a process: a connection with TLS, whose plaintext no source delivers.
using TlsUnseen = std::function<void(std::uint32_t pid)>;

/// What all connections of a table share. Outlives them.
struct TrackContext {
  SpanBatcher& batcher;
  const protocol::Protocols& protocols;
  SetMode set_mode;
  TlsUnseen tls_unseen;  ///< may be empty
  [[nodiscard]] model::Ledger& ledger() const { return batcher.ledger(); }
};

class Stream {
 public:
  /// `info` is the connection's; it and `context` outlive the stream. A proxy's preamble changes
  /// its remote end.
  Stream(const TrackContext& context, model::ConnectionOpened& info, model::Source source);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  void on_segment(const model::Segment& segment);
  /// The connection has ended. `closed` has positions only for the source whose they are.
  void on_close(const model::ConnectionClosed& closed);
  /// The connection goes on, and what is kept of its bytes is dropped; what is open is counted as
  /// that.
  void forget(std::uint64_t ns);
  /// Lets segments through that waited since before the last call, and lets the conversation
  /// abandon old requests.
  void on_tick(std::uint64_t now_ns);

  /// From now on it is that conversation; no protocol is looked for.
  void begin(std::unique_ptr<protocol::Conversation> conversation,
             const protocol::ConversationStart& start);

  /// No more bytes of this source are needed.
  [[nodiscard]] bool is_silent() const { return state_ == State::kSilent; }
  /// Its bytes are TLS records, from here on.
  [[nodiscard]] bool is_encrypted() const { return encrypted_ns_ != 0; }
  /// When that became known; 0 = it isn't so.
  [[nodiscard]] std::uint64_t encrypted_ns() const { return encrypted_ns_; }
  /// Another source delivers plaintext of the connection: what no protocol was found in is TLS.
  void yield_to_plaintext();
  [[nodiscard]] bool has_held() const { return !held_.empty(); }
  [[nodiscard]] bool has_open_request() const {
    return conversation_ && conversation_->has_open_request();
  }
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  /// Puts the spans into the batcher, with the connection's endpoints.
  class Sink final : public EndpointSink {
   public:
    explicit Sink(Stream& stream)
        : EndpointSink(stream.context_.batcher, stream.info_.local, stream.info_.remote),
          stream_(stream) {}
    void request_stream() override { stream_.set_mode(model::CaptureMode::kStream); }

   private:
    Stream& stream_;
  };
  enum class State : std::uint8_t { kUnknown, kTalking, kSilent };

  // In stream order: stream_segments.cpp.
  void take_in(const model::Segment& segment);
  void release_held(bool patient);
  void force_one();
  void abandon_before(const model::Segment& segment);
  void lose(model::Direction direction, std::uint32_t missing);
  bool try_take(const model::Segment& segment, bool patient);
  void lose_unseen_end(const model::ConnectionClosed& closed);

  // What the bytes are: stream.cpp.
  void feed(const model::Segment& segment, std::uint32_t skip);
  bool passes_preamble(protocol::Chunk& chunk);
  void end_preamble();
  void pass_on(const protocol::Chunk& chunk);
  void converse(const protocol::Chunk& chunk);
  void note_first(const model::Segment& segment);
  void classify(const protocol::Chunk& chunk);
  void wait_for_more(const protocol::Chunk& chunk);
  void begin_conversation(const protocol::Classifier::Decision& decision);
  void begin(const protocol::ProtocolRow& row, const protocol::ConversationStart& start);
  void drop_classifier();
  void count(protocol::ChunkResult result, const protocol::Chunk& chunk);
  void count_unknown();
  void take_over(const protocol::Chunk& chunk);
  bool recognises_tls(const protocol::Chunk& chunk);
  void encrypt(std::uint64_t ns);
  void leave_alone(model::Reason rest);
  void end(const protocol::Closing& closing);

  void set_mode(model::CaptureMode mode) const { context_.set_mode(info_.id, source_, mode); }
  void announce_silence() const;
  [[nodiscard]] model::Ledger& ledger() const { return context_.ledger(); }

  const TrackContext& context_;
  model::ConnectionOpened& info_;
  Sink sink_{*this};
  std::uint64_t last_ns_ = 0;       // of its last segment
  std::uint64_t encrypted_ns_ = 0;  // TLS was recognised; 0 = it wasn't
  model::Source source_;
  State state_ = State::kUnknown;
  bool reclassified_ = false;
  model::Reason silent_as_ = model::Reason::SegmentsUnrecognised;  // what comes while it is silent
  std::uint16_t unknown_chunks_ = 0;  // chunks with payload in a row that no protocol knew
  // By direction: bytes were lost, and no message came since.
  std::array<bool, 2> is_behind_loss_{};
  std::array<bool, 2> has_unreadable_{};  // by direction: bytes that no protocol could read
  PreambleFilter preamble_;
  // What is known of the stream's beginning, whatever its protocol turns out to be.
  struct Beginning {
    model::Direction direction = model::Direction::kReceive;
    std::uint32_t peer_position = 0;
    bool is_settled = false;
  };
  std::optional<Beginning> begins_;        // the first bytes that were shown
  std::optional<model::Direction> first_;  // of the stream's first bytes, once it is certain
  bool has_passed_ = false;                // bytes went by that were no protocol's
  bool held_for_a_tick_ = false;
  bool begun_ = false;  // a segment has come
  StreamOrder order_;
  std::unique_ptr<protocol::Classifier> classifier_;  // while several protocols are possible
  std::unique_ptr<protocol::Conversation> conversation_;
  protocol::ConversationStart start_;  // of the conversation
  protocol::TlsHandshake tls_;
  std::vector<HeldSegment> held_;
};

}  // namespace obi::pipeline
