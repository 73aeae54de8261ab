// SPDX-License-Identifier: Apache-2.0
// How the server of a connection reads the text of statements, as far as the connection says: its
// version (greeting), whether a backslash escapes (status of each answer), the client's character
// set (handshake, COM_CHANGE_USER, SET NAMES and the like, session tracking). What was not seen is
// unknown, and what a command whose answer is under way may change is, too. Not thread-safe.
#pragma once
#include <cstdint>
#include <optional>

#include "protocol/mysql/packet.hpp"
#include "protocol/sql/statement.hpp"

namespace obi::protocol::mysql {

class ServerReading {
 public:
  void see_greeting(const Greeting& greeting);
  /// A handshake or COM_CHANGE_USER that was accepted, and the collation in it; nullopt: none.
  void see_login(std::optional<std::uint8_t> collation);
  /// The status that the server has from here on; nullopt: it may have changed.
  void see_status(std::optional<std::uint16_t> status);
  /// An OK packet with that status: what it says of session variables.
  void see_session_changes(Bytes ok, std::uint64_t size, std::uint16_t status);
  /// A statement was done, or failed. `is_cut`: there was more of it than was read.
  void see_statement(const sql::Statement& statement, bool has_failed, bool is_cut);
  /// A prepared statement was done.
  void see_execution(const sql::Statement& statement);
  /// COM_RESET_CONNECTION: the set of the login, or the server's.
  void reset();
  /// The answer under way may have changed the mode and back.
  void assume_mode_changes() { mode_changes_ = true; }
  /// Commands were lost.
  void forget() {
    see_status(std::nullopt);
    charset_ = sql::Charset::kUnknown;
  }
  /// The next command is answered from here on.
  void begin_answer() { mode_changes_ = has_more_results_ = is_tracked_ = false; }
  /// Of a command that it has not begun to answer.
  [[nodiscard]] sql::Dialect dialect() const;

 private:
  std::uint32_t version_ = 0;
  bool is_mariadb_ = false;
  sql::Charset charset_ = sql::Charset::kUnknown;
  sql::Charset login_charset_ = sql::Charset::kUnknown;
  std::optional<bool> has_escapes_;  // a backslash escapes in what the server reads next
  bool mode_changes_ = false;        // … or not, in the midst of the answer under way
  bool has_more_results_ = false;    // than one, or their number is unknown
  bool is_tracked_ = false;          // the answer under way named the set
};

}  // namespace obi::protocol::mysql
