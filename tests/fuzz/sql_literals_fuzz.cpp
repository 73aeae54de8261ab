// SPDX-License-Identifier: Apache-2.0
// No byte of a literal is ever told: the reader of SQL against a slow, obvious one
// (sql_reference.hpp), for a server whose settings the first bytes choose, of which some are known
// to the reader. The rest is the text: a byte below 64 stands for a piece of SQL.
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/sql/lexer.hpp"
#include "protocol/sql/statement.hpp"
#include "sql_reference.hpp"

namespace {

namespace sql = obi::protocol::sql;
using obi::fuzz::Reference;
using obi::fuzz::Server;
using namespace std::string_view_literals;

constexpr std::size_t kSettings = 3;
constexpr std::array kPieces = {"'"sv,
                                "''"sv,
                                "\\"sv,
                                "\\'"sv,
                                "\\\\"sv,
                                "\""sv,
                                "\"\""sv,
                                "`"sv,
                                "``"sv,
                                "["sv,
                                "]"sv,
                                "/*"sv,
                                "*/"sv,
                                "/*!"sv,
                                "/*!50000"sv,
                                "/*!80000"sv,
                                "/*!999999"sv,
                                "/*M!"sv,
                                "/*M!100100"sv,
                                "/*+"sv,
                                "-- "sv,
                                "--"sv,
                                "#"sv,
                                "\n"sv,
                                "\r"sv,
                                " "sv,
                                ", "sv,
                                "; "sv,
                                "$"sv,
                                "$$"sv,
                                "$a$"sv,
                                "$1"sv,
                                "e'"sv,
                                "E'"sv,
                                "x'"sv,
                                "b'"sv,
                                "n'"sv,
                                "u&'"sv,
                                "U&\""sv,
                                "N"sv,
                                "SELECT "sv,
                                " FROM "sv,
                                "SET "sv,
                                "INSERT INTO "sv,
                                "t"sv,
                                "."sv,
                                "1"sv,
                                "0x"sv,
                                "1e"sv,
                                "5"sv,
                                "@"sv,
                                "("sv,
                                ")"sv,
                                "="sv,
                                "?"sv,
                                "\x95\x5c"sv,
                                "\x81\x60"sv,
                                "\xe8\xa1\xa8"sv,
                                "\x81\x30\x81\x30"sv,
                                "\xa5\x5c"sv,
                                "ab"sv,
                                " AS "sv,
                                "*"sv,
                                "-"sv};
static_assert(kPieces.size() == 64);

struct Case {
  Server server;
  sql::Dialect dialect;
};

Case case_of(const std::uint8_t* settings) {
  constexpr std::array kFamilies = {sql::Family::kMySql, sql::Family::kPostgres,
                                    sql::Family::kMsSql, sql::Family::kGeneric};
  constexpr std::array kCharsets = {sql::Charset::kAscii, sql::Charset::kShiftJis,
                                    sql::Charset::kGbk, sql::Charset::kBig5,
                                    sql::Charset::kGb18030};
  struct Version {
    std::uint32_t number;
    bool is_mariadb;
  };
  constexpr std::array kVersions = {Version{50744, false}, Version{80039, false},
                                    Version{90100, false}, Version{101106, true},
                                    Version{110402, true}};
  const auto bit = [&](std::size_t byte, unsigned at) { return (settings[byte] >> at & 1U) != 0; };
  Case made;
  Server& server = made.server;
  server.family = kFamilies[settings[0] % kFamilies.size()];
  server.escapes = server.family != sql::Family::kMsSql && bit(0, 2);
  server.quotes_names = bit(0, 3);
  server.nests_comments = bit(0, 4);
  server.cr_ends_line = server.family == sql::Family::kMsSql && bit(0, 5);
  server.charset = kCharsets[settings[1] % kCharsets.size()];
  const Version version = kVersions[settings[2] % kVersions.size()];
  server.version = version.number;
  server.is_mariadb = version.is_mariadb;
  sql::Dialect& dialect = made.dialect;
  dialect.family = server.family;
  const bool is_generic = server.family == sql::Family::kGeneric;
  if (!is_generic && (bit(0, 6) || server.family == sql::Family::kMsSql))
    dialect.backslash = server.escapes ? sql::Backslash::kEscape : sql::Backslash::kPlain;
  if (!is_generic && bit(0, 7)) dialect.charset = server.charset;
  if (server.family == sql::Family::kMySql && bit(2, 7)) {
    dialect.version = version.number;
    dialect.is_mariadb = version.is_mariadb;
  }
  return made;
}

// Without the letter that marks what must not be told.
std::string text_of(const std::uint8_t* data, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    const char c = static_cast<char>(data[i]);
    if (data[i] < kPieces.size()) {
      text += kPieces[data[i]];
    } else {
      text += c == 'q' || c == 'Q' ? 'k' : c;
    }
  }
  return text;
}

[[noreturn]] void fail(std::string_view text, const std::string& kinds, std::string_view reported) {
  std::fprintf(stderr, "text  %.*s\nkinds %s\ntold  %.*s\n", static_cast<int>(text.size()),
               text.data(), kinds.c_str(), static_cast<int>(reported.size()), reported.data());
  std::abort();
}

bool is_literal(char kind) { return kind == Reference::kLiteral || kind == Reference::kLetter; }

void check_tokens(std::string_view text, const std::string& kinds, sql::Dialect dialect) {
  sql::Lexer lexer(text, dialect);
  for (sql::Token token;;) {
    lexer.next(token);
    if (token.kind == sql::TokenKind::kEnd) return;
    if (token.is_literal()) continue;
    const auto begin = static_cast<std::size_t>(token.text.data() - text.data());
    for (std::size_t i = begin; i < begin + token.text.size(); ++i) {
      if (is_literal(kinds[i])) fail(text, kinds, token.text);
    }
  }
}

// Letters of literals become Q, of which no other is in the text.
void check_reported(std::string text, const Case& made, const std::string& kinds) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = static_cast<char>(text[i] | 0x20);
    if (kinds[i] == Reference::kLiteral && c >= 'a' && c <= 'z' && i > 0 &&
        is_literal(kinds[i - 1]))
      text[i] = 'Q';
  }
  if (Reference(text, made.server).kinds() != kinds) return;  // it was a mark of something
  obi::base::Arena arena;
  const sql::Statement reported = sql::analyse(text, made.dialect, arena);
  if (reported.text.find('Q') != std::string_view::npos) fail(text, kinds, reported.text);
  // A name in quotes is one where a table is due, whatever "…" is elsewhere; of U&"\0051" is Q.
  const bool may_be_name = made.server.family == sql::Family::kMsSql ||
                           made.server.family == sql::Family::kGeneric ||
                           text.find('&') != std::string::npos;
  if (!may_be_name && reported.summary.find('Q') != std::string_view::npos)
    fail(text, kinds, reported.summary);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size <= kSettings || size > 512) return 0;
  const Case made = case_of(data);
  const std::string text = text_of(data + kSettings, size - kSettings);
  const std::string kinds = Reference(text, made.server).kinds();
  check_tokens(text, kinds, made.dialect);
  check_reported(text, made, kinds);
  return 0;
}
