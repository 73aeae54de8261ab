// SPDX-License-Identifier: Apache-2.0
// DNS messages: header, questions and records (RFC 1035 section 4), names with compression, rcodes
// that EDNS has extended (RFC 6891). Names become text as in RFC 4343 section 2.1, in the case they
// were sent in, without the final dot. A pointer must point backwards and a name has at most 255
// bytes, so that no message costs more than its size times a constant. Pure functions.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.hpp"
#include "base/byte_cursor.hpp"
#include "protocol/conversation.hpp"

namespace obi::protocol::dns {

struct Header {
  static constexpr std::size_t kBytes = 12;
  std::uint16_t id = 0;
  bool is_response = false;
  bool is_truncated = false;
  std::uint8_t opcode = 0;
  std::uint8_t rcode = 0;
  std::uint16_t questions = 0;
  std::uint16_t answers = 0;
  std::uint16_t authorities = 0;
  std::uint16_t additionals = 0;
};

enum Opcode : std::uint8_t { kQuery = 0 };
enum RecordType : std::uint16_t { kTypeA = 1, kTypeAaaa = 28, kTypeOpt = 41 };

/// A name as text.
class Name {
 public:
  [[nodiscard]] std::string_view text() const { return {chars_.data(), size_}; }
  void clear() { size_ = 0; }
  void add_label(std::string_view label);
  void end() {
    if (size_ == 0) chars_[size_++] = '.';  // the root
  }

 private:
  void put(char c) { chars_[size_++] = c; }
  void put_escaped(char c);
  // Each of at most 254 bytes of labels and lengths may need four characters.
  std::array<char, 4 * 256> chars_;
  std::size_t size_ = 0;
};

struct Question {
  Name name;
  std::uint16_t type = 0;
  std::uint16_t dns_class = 0;
};
struct Record {
  Name name;
  std::uint16_t type = 0;
  std::uint16_t dns_class = 0;
  std::uint32_t ttl = 0;
  std::span<const std::byte> data;
};

/// Reads one message from its front on. After a failed read nothing more can be read.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> message) : message_(message), cursor_(message) {}
  /// Truncated, or NotThisProtocol if the reserved bit is set.
  std::expected<Header, ParseError> header();
  bool question(Question& question);
  /// Without its name, `record.name` stays as it is.
  bool record(Record& record, bool with_name = true);
  [[nodiscard]] bool at_end() const { return cursor_.ok() && cursor_.at_end(); }
  /// The bytes ended before what was read did.
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  bool name(Name* name);  // null: it is only read over
  std::span<const std::byte> message_;
  base::ByteCursor cursor_;
  std::size_t known_ = SIZE_MAX;  // where a name begins that was read without a pointer
  bool is_cut_ = false;
};

/// What an answer says.
struct Outcome {
  int rcode = 0;
  std::uint16_t address_count = 0;
};
/// Reads the records of a response behind its questions; what is cut is left out. Its addresses go
/// to `addresses`, comma-separated, with nothing before them; `only`: those of that name and type
/// (hash_of), 0 = all.
Outcome read_outcome(Reader& reader, const Header& header, std::uint64_t only,
                     std::string& addresses);

/// Of a question: equal for names that differ in case alone.
std::uint64_t hash_of(std::string_view name, std::uint16_t type);
/// "AAAA"; "TYPE123" (RFC 3597) where there is no name. Static or in `arena`.
std::string_view type_name(std::uint16_t type, base::Arena& arena);

/// Does all of it read as one message, up to its last byte? `may_be_cut`: bytes are missing behind.
bool is_message(std::span<const std::byte> bytes, bool may_be_cut);

}  // namespace obi::protocol::dns
