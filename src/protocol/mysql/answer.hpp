// SPDX-License-Identifier: Apache-2.0
// Where the answer to one command ends: a state machine that is shown the server's packets. It
// needs no knowledge of what was negotiated, as far as the packets themselves show it (an EOF
// behind column definitions has 5 bytes, the OK that took its place has more). Not thread-safe.
#pragma once
#include <cstdint>
#include <optional>

#include "protocol/mysql/packet.hpp"

namespace obi::protocol::mysql {

/// What kind of answer a command gets.
enum class AnswerKind : std::uint8_t {
  kNone,      ///< none at all
  kOne,       ///< one packet, whatever it is
  kResult,    ///< OK, error, or result sets
  kRows,      ///< rows (or definitions) and an end
  kPrepared,  ///< a statement's id and definitions
  kLogin,     ///< OK or error, after any number of steps of authentication
};
AnswerKind answer_kind(Command command);

/// What the two ends agreed on, as far as it matters here; nullopt: the agreement was not seen.
struct Agreement {
  std::optional<bool> deprecates_eof;
  bool optional_metadata = false;  ///< MySQL: a byte before the column count
};

/// What a packet was to the answer.
struct Progress {
  bool is_done = false;
  bool wants_file = false;  ///< LOAD DATA LOCAL: the client sends a file now
  std::optional<ErrorPacket> error;
  std::optional<std::uint32_t> statement_id;
  std::optional<std::uint16_t> status;  ///< of the server from here on
};

class Answer {
 public:
  void begin(AnswerKind kind);
  /// No packet of it was seen.
  void reset() { stage_ = Stage::kNotBegun; }
  [[nodiscard]] bool has_begun() const { return stage_ != Stage::kNotBegun; }
  /// The next packet, of `size` bytes, of which `payload` was captured; has_begun().
  Progress take(Bytes payload, std::uint64_t size, const Agreement& agreement);

 private:
  enum class Stage : std::uint8_t {
    kNotBegun,
    kFirst,  ///< of a result
    kDefinitions,
    kAfterDefinitions,
    kRows,
    kOfPrepared,  ///< definitions and what ends them
  };
  Progress take_first(Bytes payload, std::uint64_t size, const Agreement& agreement);
  Progress take_prepared(Bytes payload, std::uint64_t size, const Agreement& agreement);
  Progress take_definition_of_prepared(Bytes payload, std::uint64_t size,
                                       const Agreement& agreement);
  Progress take_row(Bytes payload, std::uint64_t size);
  Progress begin_result_set(Bytes payload, std::uint64_t size, const Agreement& agreement);
  [[nodiscard]] bool is_prepared_done(const Agreement& agreement) const;
  Progress end_of_part(std::optional<std::uint16_t> status);

  AnswerKind kind_ = AnswerKind::kNone;
  Stage stage_ = Stage::kNotBegun;
  std::uint64_t definitions_left_ = 0;
  int ends_left_ = 0;          // EOF packets behind definitions of a prepared statement
  bool has_seen_end_ = false;  // … one of them, so that the others will come
};

}  // namespace obi::protocol::mysql
