// SPDX-License-Identifier: Apache-2.0
// For protocols whose messages say at their front how long they are: cuts both directions into
// messages, through what was captured and what was not, and keeps account of where a message
// boundary is known. A protocol derives from it and gives meaning to the messages; it never sees
// half a boundary. See protocol/conversation.hpp for the contract.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "protocol/conversation.hpp"
#include "protocol/unanswered.hpp"

namespace obi::protocol {

/// Which end of the connection speaks.
enum class PeerRole : std::uint8_t { kClient = 0, kServer = 1 };

/// One message, once its last byte has moved. Views live during the call.
struct Message {
  PeerRole from = PeerRole::kClient;
  std::span<const std::byte> bytes;  ///< from its first byte on, as far as captured and kept
  std::uint64_t size = 0;            ///< on the wire
  std::uint64_t start_ns = 0;        ///< when its first bytes moved
  std::uint64_t end_ns = 0;          ///< when its last bytes had moved
  model::Task task;                  ///< that transferred its first bytes
  bool just_measured = false;  ///< by the last call of measure(), which saw all of these bytes
  /// The kernel side's, of the call in which it began, until a request has taken it.
  std::optional<model::SegmentContext>* context = nullptr;
  [[nodiscard]] bool is_whole() const { return bytes.size() == size; }
  /// For the message that begins a request. A context is that of the first request of its call: the
  /// one that is asked for it first has it, those behind it in the call have none.
  [[nodiscard]] RequestOrigin take_origin() const {
    RequestOrigin origin{.start_ns = start_ns, .task = task, .context = {}, .own_span_id = {}};
    if (const auto taken = take_context()) origin.set_kernel_context(*taken);
    return origin;
  }
  [[nodiscard]] std::optional<model::SegmentContext> take_context() const {
    return context == nullptr ? std::nullopt : std::exchange(*context, std::nullopt);
  }
};

class MessageConversation : public Conversation {
 public:
  ChunkResult on_chunk(const Chunk& chunk, SpanSink& sink) final;
  [[nodiscard]] Handover handover() const final { return handover_; }
  void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) override {}
  void on_gap(model::Direction direction, std::uint64_t missing, SpanSink& sink) final;
  void on_close(const Closing& closing, SpanSink& sink) final;
  void on_tick(std::uint64_t now_ns, SpanSink& sink) final;
  [[nodiscard]] std::size_t held_bytes() const final;

 protected:
  /// `kept_bytes`: how much of a message is kept when it comes in several calls; what is longer
  /// arrives cut.
  explicit MessageConversation(const ConversationStart& start, std::size_t kept_bytes = 8 * 1024);

  using Size = std::expected<std::uint64_t, ParseError>;
  /// Bytes, at least 1, of the message that begins with `bytes` (never empty). Truncated: its size
  /// isn't in these bytes, of which there may be up to kMaxHeaderBytes. NotThisProtocol or
  /// Malformed: no message begins so; the peer is followed again from a call that `resumes`.
  /// Unsupported: nothing that follows in either direction can be read.
  virtual Size measure(PeerRole from, std::span<const std::byte> bytes) = 0;
  virtual void on_message(const Message& message, SpanSink& sink) = 0;
  /// For messages too long to be kept: the bytes of the message under way, from its first on, each
  /// shown once and in order as they move, all of them before its on_message. `missing`: so many
  /// more moved behind them that were not captured. All that was measured comes with the first
  /// call.
  virtual void on_part(PeerRole from, std::span<const std::byte> bytes, std::uint64_t missing,
                       SpanSink& sink) {}
  /// Messages of `from` may have been missed; the next one that comes begins at a boundary.
  /// Requests whose answers are among them must be abandoned (Note::RequestLostResponse), or paired
  /// by proof.
  virtual void on_lost(PeerRole from, SpanSink& sink) = 0;
  /// After a loss: may a message begin with these bytes, the first of a call? By default if
  /// measure() finds one that is wholly there. A weak format should ask for more.
  virtual bool resumes(PeerRole from, std::span<const std::byte> bytes);
  /// `count` bytes that hold an unknown number of messages, and perhaps the end of the header of
  /// one more, were not captured; `tail` are the last up to 8 of them. True: they end with a
  /// message, so that nothing but those is lost (on_lost is not called).
  virtual bool on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                          std::uint64_t end_ns, SpanSink& sink) {
    return false;
  }
  /// Asked before on_missing: where the `count` bytes belong to a run of messages whose length is
  /// known, how many bytes of the run follow; they are skipped, then on_run_end is called. 0: the
  /// run ends with them. Nullopt: it isn't known.
  virtual std::optional<std::uint64_t> run_behind_missing(PeerRole from, std::uint64_t count,
                                                          std::uint64_t end_ns, SpanSink& sink) {
    return std::nullopt;
  }
  virtual void on_run_end(PeerRole from, std::uint64_t end_ns, SpanSink& sink) {}
  /// While no boundary of `from` is known: `count` more bytes moved; `tail` are the last up to 8
  /// that did, some of them perhaps before those. True: they end with a message, so that `from` can
  /// be followed again.
  virtual bool ends_loss(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                         std::uint64_t end_ns, SpanSink& sink) {
    return false;
  }
  /// The connection has ended: `open` makes a failed span of each request that waits for an answer
  /// that is due. What has an end all the same is emitted to `sink`.
  virtual void on_unanswered(Unanswered& open, SpanSink& sink) = 0;
  /// Whatever waits is abandoned for the reason `why`; called at the end of the connection, behind
  /// on_unanswered, and when it is left or forgotten.
  virtual void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) = 0;
  /// About every second. `quiet`: nothing has moved for kQuietNs.
  virtual void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {}
  /// Bytes of heap that the protocol holds.
  [[nodiscard]] virtual std::size_t state_bytes() const = 0;

  /// The rest of the stream is something else (TLS, compression, …): what waits is abandoned,
  /// on_message is not called again.
  void leave(SpanSink& sink, Handover::To to = Handover::To::kSilence);
  void leave(SpanSink& sink, const ProtocolRow& next);
  /// The message that `from` is in the midst of is not over: true between its first byte and
  /// on_message.
  [[nodiscard]] bool is_in_message(PeerRole from) const;
  /// While no boundary of `from` is known: the last up to 8 bytes that moved, as far as known.
  [[nodiscard]] std::span<const std::byte> lost_tail(PeerRole from) const {
    return side_of(from).known_tail();
  }
  [[nodiscard]] model::Direction direction_of(PeerRole peer) const;
  /// When bytes of `from` moved last, readable or not.
  [[nodiscard]] std::uint64_t moved_ns(PeerRole from) const { return side_of(from).last_ns; }
  /// The traced process is the client.
  [[nodiscard]] bool is_client() const { return client_direction_ == model::Direction::kSend; }

  static constexpr std::uint64_t kQuietNs = 10'000'000'000;
  static constexpr std::size_t kMaxHeaderBytes = 16 * 1024;

 private:
  struct Side {
    std::vector<std::byte> kept;  // of the message under way, when it came in several calls
    std::uint64_t size = 0;       // of it; 0 = not known yet
    std::uint64_t moved = 0;      // bytes of it so far
    std::uint64_t to_skip = 0;    // bytes of a run of messages, before the next boundary
    std::uint64_t start_ns = 0;
    std::uint64_t last_ns = 0;
    model::Task task;
    std::optional<model::SegmentContext> context;  // of the message under way
    bool lost = false;                             // no boundary is known
    std::uint8_t tail_bytes = 0;                   // of `tail`
    std::array<std::byte, 8> tail{};  // while lost: the last bytes that moved, as far as known
    void set_tail(std::span<const std::byte> last);
    void add_tail(std::span<const std::byte> more);
    [[nodiscard]] std::span<const std::byte> known_tail() const {
      return std::span(tail).first(tail_bytes);
    }
  };
  Side& side_of(PeerRole from) { return sides_[static_cast<std::size_t>(from)]; }
  [[nodiscard]] const Side& side_of(PeerRole from) const {
    return sides_[static_cast<std::size_t>(from)];
  }
  std::size_t begin(PeerRole from, const Chunk& chunk, std::span<const std::byte> bytes,
                    SpanSink& sink);
  std::size_t begin_part(PeerRole from, const Chunk& chunk, std::span<const std::byte> bytes,
                         const Size& size, SpanSink& sink);
  std::size_t go_on(PeerRole from, const Chunk& chunk, std::span<const std::byte> bytes,
                    SpanSink& sink);
  ChunkResult hand_over(std::size_t unread);
  bool take_size(PeerRole from, const Size& size, std::size_t seen, SpanSink& sink);
  void end_message(PeerRole from, std::span<const std::byte> bytes, std::uint64_t end_ns,
                   SpanSink& sink);
  std::uint64_t skip(PeerRole from, std::uint64_t count, std::uint64_t end_ns, SpanSink& sink);
  std::uint64_t pass_over(PeerRole from, std::uint64_t missing, std::uint64_t end_ns,
                          SpanSink& sink);
  void miss(PeerRole from, const Chunk& chunk, SpanSink& sink);
  bool drift(PeerRole from, const Chunk& chunk, SpanSink& sink);
  void lose(PeerRole from, SpanSink& sink);

  model::Direction client_direction_;
  // Of the call at hand, until a request has taken it.
  std::optional<model::SegmentContext> context_;
  std::size_t kept_bytes_;
  std::array<Side, 2> sides_;
  std::uint64_t moved_ns_ = 0;   // when something moved last, either way
  std::uint64_t unread_ns_ = 0;  // … when bytes moved last that were not read
  bool seen_message_ = false;
  bool left_ = false;
  Handover handover_;
};

}  // namespace obi::protocol
