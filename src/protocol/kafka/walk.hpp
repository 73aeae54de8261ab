// SPDX-License-Identifier: Apache-2.0
// Reads one message of Kafka by its schema while its bytes come, in pieces of any size, and reports
// what the fields with a role hold. Nothing is kept but a field that is cut between two pieces, so
// that a batch of a megabyte costs nothing, and bytes that were not captured do no harm where
// records are (a broker sends them with sendfile). Every count and length is checked against what
// is left of the message. Not thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_cursor.hpp"
#include "protocol/kafka/schema.hpp"

namespace obi::protocol::kafka {

/// Names of topics are at most 249 characters (Topic.validate of Kafka); client ids are longer in
/// theory only.
inline constexpr std::size_t kMaxTopicName = 249;
inline constexpr std::size_t kMaxClientId = 255;

class FieldSink {
 public:
  virtual ~FieldSink() = default;
  /// The next field with a role. `text` lives during the call; null texts are not reported.
  virtual void on_field(Role role, std::int64_t number, std::string_view text) = 0;
};

class Walk {
 public:
  enum class State : std::uint8_t {
    kGoing,
    kDone,  ///< read to its end, which is the end of the message
    kCut,   ///< bytes that were needed were not captured: what was reported stands
    kBad,   ///< not a message of this schema
  };

  /// `bytes`: how long the message is from where its schema begins. A null schema: whatever it is.
  void begin(const Schema* schema, std::int16_t version, std::uint64_t bytes);
  void feed(std::span<const std::byte> bytes, FieldSink& sink);
  /// So many bytes moved that were not captured.
  void miss(std::uint64_t bytes, FieldSink& sink);
  /// After the last byte: one that is still going has lied about its lengths.
  [[nodiscard]] State state() const { return state_; }

 private:
  /// The longest field that has to be seen as a whole: a name and its length.
  static constexpr std::size_t kMaxField = kMaxClientId + 5;
  static constexpr std::size_t kMaxDepth = 3;
  static constexpr std::size_t kOffsetBytes = 8;  // at the front of records

  struct Level {
    std::uint16_t array = 0;  // index of its kArray
    std::uint64_t left = 0;   // elements, with the one under way
  };
  std::size_t take_cut(std::span<const std::byte> bytes, FieldSink& sink);
  std::optional<std::size_t> step(std::span<const std::byte> bytes, FieldSink& sink);
  bool read(const Field& field, base::ByteCursor& cursor, FieldSink& sink);
  bool read_text(const Field& field, base::ByteCursor& cursor, FieldSink& sink);
  bool read_bytes(const Field& field, base::ByteCursor& cursor, FieldSink& sink);
  bool read_array(base::ByteCursor& cursor);
  bool read_tags(base::ByteCursor& cursor);
  std::int64_t read_length(Kind kind, base::ByteCursor& cursor) const;
  void report_records(std::string_view first_bytes, FieldSink& sink);
  [[nodiscard]] bool has(const Field& field) const;
  [[nodiscard]] bool is_at_count_of_tags() const;
  void pass_field();
  void settle();

  const Schema* schema_ = nullptr;
  std::int16_t version_ = 0;
  bool flexible_ = false;
  State state_ = State::kDone;
  std::uint16_t at_ = 0;            // index of the field that comes next
  std::uint64_t left_ = 0;          // bytes of the message that no field has claimed
  std::uint64_t skip_ = 0;          // claimed bytes that have still to come
  std::uint64_t tags_left_ = 0;     // of the tagged fields under way
  std::uint64_t record_bytes_ = 0;  // of records whose first bytes are awaited
  std::array<Level, kMaxDepth> levels_{};
  std::size_t depth_ = 0;
  std::array<std::byte, kMaxField> cut_{};  // the front of a field that is cut between pieces
  std::size_t cut_size_ = 0;
};

}  // namespace obi::protocol::kafka
