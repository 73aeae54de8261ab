// SPDX-License-Identifier: Apache-2.0
// What a statement of MySQL may change of how the server reads those behind it: SET NAMES, SET
// CHARACTER SET, character_set_client and sql_mode (MySQL manual, "SET Syntax for Variable
// Assignment"), or a call that may do whatever. Shown the tokens of SET statements.
#pragma once
#include <optional>
#include <string_view>

#include "protocol/sql/lexer.hpp"

namespace obi::protocol::sql {

class Settings {
 public:
  /// The first word of a statement.
  void begin(Keyword first) {
    state_ = State::kName;
    using enum Keyword;
    if (first == Call || first == Execute) charset_ = Charset::kUnknown;
  }
  /// A token behind SET. `lexer` reads the rest as what is unknown from here on demands.
  void add(const Token& token, Lexer& lexer);
  /// That the connection has if all was done; nullopt: as before.
  [[nodiscard]] std::optional<Charset> charset() const { return charset_; }

 private:
  enum class State : std::uint8_t {
    kName,
    kAssignment,  ///< behind character_set_client
    kValue,       ///< the name of a set is next
    kOtherScope,  ///< not of the session, or not for long
  };
  void on_name(std::string_view name, Lexer& lexer);
  void change(Charset charset, Lexer& lexer) {
    charset_ = charset;
    lexer.forget_charset();
  }

  State state_ = State::kName;
  std::optional<Charset> charset_;
};

}  // namespace obi::protocol::sql
