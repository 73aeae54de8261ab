// SPDX-License-Identifier: Apache-2.0
#include "protocol/mysql/server_reading.hpp"

#include "base/byte_cursor.hpp"

namespace obi::protocol::mysql {

using sql::Charset;

void ServerReading::see_greeting(const Greeting& greeting) {
  version_ = version_number(greeting.version);
  is_mariadb_ = greeting.version.find("MariaDB") != std::string_view::npos;
  see_status(greeting.status);
  mode_changes_ = false;
}

void ServerReading::see_login(std::optional<std::uint8_t> collation) {
  login_charset_ = collation ? sql::charset_of_collation(*collation) : Charset::kUnknown;
  if (!is_tracked_) charset_ = login_charset_;
}

void ServerReading::see_status(std::optional<std::uint16_t> status) {
  std::optional<bool> has_escapes;
  if (status) has_escapes = (*status & kNoBackslashEscapes) == 0;
  // Of several statements in one command some have been read in either mode.
  mode_changes_ |= !has_escapes || has_escapes != has_escapes_;
  has_escapes_ = has_escapes;
  has_more_results_ |= !status || (*status & kMoreResultsExist) != 0;
}

void ServerReading::see_session_changes(Bytes ok, std::uint64_t size, std::uint16_t status) {
  if ((status & kSessionStateChanged) == 0 || size < kMinOkWithChanges) return;
  const auto name = changed_charset(ok);
  if (name && name->empty()) return;
  charset_ = name ? sql::charset_named(*name) : Charset::kUnknown;
  is_tracked_ = name.has_value();
}

void ServerReading::see_statement(const sql::Statement& statement, bool has_failed, bool is_cut) {
  if (is_tracked_) return;
  // Statements that were not read may be behind it.
  if (is_cut && has_more_results_) charset_ = Charset::kUnknown;
  if (!statement.charset) return;
  const bool is_ambiguous = has_failed && *statement.charset != charset_;
  charset_ = is_ambiguous ? Charset::kUnknown : *statement.charset;
}

void ServerReading::see_execution(const sql::Statement& statement) {
  const bool may_change = statement.operation == "SET" || statement.operation == "CALL" ||
                          statement.operation == "EXECUTE";
  if (may_change && !is_tracked_) charset_ = Charset::kUnknown;
}

void ServerReading::reset() {
  if (charset_ != login_charset_ && !is_tracked_) charset_ = Charset::kUnknown;
}

sql::Dialect ServerReading::dialect() const {
  const bool is_known = !mode_changes_ && has_escapes_;
  return {.family = sql::Family::kMySql,
          .backslash = !is_known       ? sql::Backslash::kEither
                       : *has_escapes_ ? sql::Backslash::kEscape
                                       : sql::Backslash::kPlain,
          .charset = charset_,
          .is_mariadb = is_mariadb_,
          .version = version_};
}

}  // namespace obi::protocol::mysql
