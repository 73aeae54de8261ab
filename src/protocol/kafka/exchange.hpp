// SPDX-License-Identifier: Apache-2.0
// What is remembered of a request until its answer comes, and the two readers that fill it: one
// takes the fields of requests, the other those of answers. Not thread-safe.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/kafka/header.hpp"
#include "protocol/kafka/topics.hpp"
#include "protocol/kafka/walk.hpp"
#include "protocol/message_conversation.hpp"

namespace obi::protocol::kafka {

/// From where on a Fetch wants a partition.
struct Position {
  std::uint32_t topic = 0;  ///< index in Exchange::topics
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

struct Exchange {
  /// Of more partitions the offset is that of the first batch in the answer.
  static constexpr std::size_t kMaxPositions = 64;

  std::uint64_t request_bytes = 0;
  std::int16_t acks = -1;
  Topics topics;
  std::vector<Position> positions;

  void clear() {
    acks = -1;
    topics.clear();
    positions.clear();
  }
  [[nodiscard]] std::size_t held_bytes() const {
    return sizeof(*this) + topics.held_bytes() + positions.capacity() * sizeof(Position);
  }
};

/// Reads the request under way into an Exchange.
class RequestReader final : private FieldSink {
 public:
  /// `bytes`: how many follow the header.
  void begin(const RequestHeader& header, Exchange& exchange);
  void feed(std::span<const std::byte> bytes) { walk_.feed(bytes, *this); }
  void miss(std::uint64_t bytes) { walk_.miss(bytes, *this); }
  [[nodiscard]] Walk::State state() const { return walk_.state(); }
  /// The client id of the last request that had one.
  [[nodiscard]] std::string_view client_id() const { return client_id_; }
  [[nodiscard]] std::size_t held_bytes() const { return client_id_.capacity(); }

 private:
  void on_field(Role role, std::int64_t number, std::string_view text) override;
  void on_position(std::int64_t offset);

  Walk walk_;
  Exchange* exchange_ = nullptr;
  std::int32_t partition_ = -1;
  std::string client_id_;
};

/// Reads the answer under way. Produce: the offsets go to the request's topics. Fetch: topics() are
/// those of which there were records. Metadata: names of topics are learned.
class AnswerReader final : private FieldSink {
 public:
  explicit AnswerReader(TopicNames& names) : names_(names) {}
  /// `asked` must outlive the answer; `bytes`: how many follow the header.
  void begin(std::int16_t api_key, std::int16_t version, std::uint64_t bytes, Exchange& asked);
  void feed(std::span<const std::byte> bytes) { walk_.feed(bytes, *this); }
  void miss(std::uint64_t bytes) { walk_.miss(bytes, *this); }
  /// After the last byte.
  void finish();
  [[nodiscard]] Walk::State state() const { return walk_.state(); }
  [[nodiscard]] const Topics& topics() const { return topics_; }
  [[nodiscard]] std::size_t held_bytes() const { return topics_.held_bytes() + name_.capacity(); }

 private:
  void on_field(Role role, std::int64_t number, std::string_view text) override;
  void on_produced(Role role, std::int64_t number, std::string_view text);
  void on_fetched(Role role, std::int64_t number, std::string_view text);
  void on_described(Role role, std::string_view text);
  Topic* find_asked(std::string_view key, bool is_id);
  [[nodiscard]] std::int64_t asked_offset() const;

  TopicNames& names_;
  Walk walk_;
  std::int16_t api_key_ = 0;
  Exchange* asked_ = nullptr;
  Topics topics_;
  Topic* produced_ = nullptr;      // of asked_: the one that the answer is at
  std::size_t next_produced_ = 0;  // where it is looked for first
  std::int32_t partition_ = -1;
  std::string name_;  // Metadata: of the topic at hand
};

}  // namespace obi::protocol::kafka
