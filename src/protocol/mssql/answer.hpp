// SPDX-License-Identifier: Apache-2.0
// What an answer of SQL Server holds: errors, a handle, the database, and how it ended ([MS-TDS]
// 2.2.7). Rows can't be skipped without the types of all columns. So tokens are read from the front
// of an answer up to its first rows, and at its back are found by what must be at its very end and
// by lengths that fit. Not thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/mssql/packet.hpp"

namespace obi::protocol::mssql {

struct ErrorToken {
  std::uint32_t number = 0;
  std::uint8_t severity = 0;
  Bytes message;  ///< in UTF-16
};
/// Of the bytes behind the token's first; `size` is set to how many it has.
std::optional<ErrorToken> parse_error(Bytes bytes, std::size_t& size);

class Answer {
 public:
  /// Forgets what was seen; `has_headers`: requests have ALL_HEADERS (TDS 7.2), of which the sizes
  /// of some tokens depend.
  void begin(bool has_headers);
  void reset() { has_begun_ = false; }
  [[nodiscard]] bool has_begun() const { return has_begun_; }
  /// The payload of a packet, as far as it was captured; `is_whole`: all of it was.
  void take(Bytes payload, bool is_whole, bool is_last);

  [[nodiscard]] bool has_failed() const { return error_number_ != 0 || has_error_bit_; }
  /// 0: none was seen.
  [[nodiscard]] std::uint32_t error_number() const { return error_number_; }
  /// UTF-8.
  [[nodiscard]] const std::string& error_message() const { return error_message_; }
  /// The first value that was returned, if it is a number.
  [[nodiscard]] std::optional<std::uint32_t> handle() const { return handle_; }
  /// UTF-16, set while take() runs and until the payload is gone; empty if it did not change.
  [[nodiscard]] const std::string& database() const { return database_; }

 private:
  bool take_token(std::uint8_t token, Bytes& rest);
  void take_environment(Bytes value);
  void take_end(Bytes payload);
  void find_error(Bytes payload);
  void find_handle(Bytes payload, std::size_t end);
  void keep_error(const ErrorToken& error);
  [[nodiscard]] std::optional<std::uint32_t> returned_number(Bytes& rest) const;
  [[nodiscard]] std::size_t done_bytes() const { return has_headers_ ? 13 : 9; }

  bool has_begun_ = false;
  bool has_headers_ = true;
  bool is_first_ = true;  // packet
  bool has_error_bit_ = false;
  std::uint32_t error_number_ = 0;
  std::optional<std::uint32_t> handle_;
  std::string error_message_;
  std::string database_;
};

}  // namespace obi::protocol::mssql
