// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocol/sql/statement_fixture.hpp"

namespace obi::protocol::sql {
namespace {

TEST(Statement, LiteralsAreQuestionMarksInAnyDialect) {
  const Case cases[] = {
      {" 1", "?"},
      {" 'a' SELECT", "? SELECT"},
      {"SELECT  a,\n\tb FROM t -- c\nWHERE  x='it''s'", "SELECT a, b FROM t WHERE x=?"},
      {"SELECT 1, 2.5, .5, 1e-7, 0xFF, 1E+3", "SELECT ?, ?, ?, ?, ?, ?"},
      {"WHERE a = -5 AND b > +.5", "WHERE a = ? AND b > ?"},
      {"SELECT a - 5, b-5, (c) - 5, a.b+1", "SELECT a - ?, b-?, (c) - ?, a.b+?"},
      {"SELECT NULL, TRUE, false", "SELECT NULL, TRUE, false"},
      {"a IN (1, 2,3)", "a IN (?)"},
      {"a in ('x') and b NOT IN (-1, +2)", "a in (?) and b NOT IN (?)"},
      {"a IN (1, x, 2)", "a IN (?, x, ?)"},
      {"VALUES (1, 2), (3, 4)", "VALUES (?, ?), (?, ?)"},
      {"a = ? AND t1.c2 = ?", "a = ? AND t1.c2 = ?"},
      {"/* 'x' */ SELECT /* y */ 1", "SELECT ?"},
      {"SELECT x'00ff', b'01', N'n'", "SELECT ?, ?, ?"},
      {"SELECT DATE '2020-01-01'", "SELECT DATE ?"},
      {"SELECT 'a' 'b'", "SELECT ? ?"},
      {"SET SESSION x = 'y'", "SET SESSION x = ?"},
      {"SET x = secret", "SET x = ?"},
      {"UPDATE t SET a = b", "UPDATE t SET a = b"},
      {"SELECT 'open", "SELECT ?"},
      {"SELECT 12", "SELECT ?"},
      {"SELECT /* open", "SELECT"},
      {"SELECT 1;", "SELECT ?;"},
  };
  for (const auto& [text, expected] : cases) {
    for (const Dialect dialect : kAll)
      EXPECT_EQ(text_of(text, dialect), expected) << text << " dialect " << described(dialect);
  }
}

TEST(Statement, LiteralsOfOneDialect) {
  const struct {
    Dialect dialect;
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {Dialect::kPostgres, R"(SELECT E'it\'s', $1, $$a'b$$, $q$a$$b$q$ || 'x')",
       "SELECT ?, $1, ?, ? || ?"},
      {Dialect::kPostgres, R"(SELECT U&'d\0061t', "a""b", x::int)", R"(SELECT ?, "a""b", x::int)"},
      {Dialect::kPostgres, "SELECT a$b$, 'x' /* /* */ 'y' */", "SELECT a$b$, ?"},
      {Dialect::kPostgres, R"(SELECT 'a\', 'b')", "SELECT ?"},
      {Dialect::kPostgres, "SET search_path TO a, b", "SET search_path TO ?, ?"},
      {Dialect::kPostgres, "SELECT a[1:2], b->'c', 5 @> 6", "SELECT a[?:?], b->?, ? @> ?"},
      {Dialect::kPostgres, "SELECT 1_000", "SELECT ?"},
      {Dialect::kMySql, R"(SELECT 'it\'s', "a\n", `c``d`, @v, @@w)",
       "SELECT ?, ?, `c``d`, @v, @@w"},
      {Dialect::kMySql, "SELECT 5--3 # 'x'", "SELECT ?-?"},
      {Dialect::kMySql, "SELECT 1 -- 'x'", "SELECT ?"},
      {Dialect::kMySql, "SELECT /*!40001 SQL_NO_CACHE 'x' */ _utf8'y'",
       "SELECT SQL_NO_CACHE ? _utf8?"},
      {Dialect::kMySql, "SELECT /* /* */ 'x'", "SELECT ?"},
      {Dialect::kMsSql, "SELECT [a]]b], $12.50, 'c:\\', 'x', @p1 FROM #t",
       "SELECT [a]]b], ?, ?, ?, @p1 FROM #t"},
      {Dialect::kGeneric, "SELECT q'[its]', nq'!its!', :name", "SELECT ?, ?, :name"},
      {Dialect::kGeneric, "SELECT q'[it's]', :name", "SELECT ?"},
      {Dialect::kGeneric, R"(SELECT 'a\', 'b')", "SELECT ?"},
      {Dialect::kGeneric, "SELECT /* /* */ 'x'", "SELECT"},
  };
  for (const auto& [dialect, text, expected] : cases)
    EXPECT_EQ(text_of(text, dialect), expected) << text;
}

TEST(Statement, ABackslashEscapesAsTheModeOfMySqlSays) {
  // What is a literal in the usual mode ends at the quote behind a backslash in the other.
  constexpr std::string_view kPath = R"(SELECT 'C:\', 'secret', `n` FROM t)";
  constexpr std::string_view kQuote = R"(SELECT 'it\'s secret', `n` FROM t)";
  EXPECT_EQ(text_of(kPath, Dialect::kMySqlPlain), "SELECT ?, ?, `n` FROM t");
  EXPECT_EQ(text_of(kQuote, Dialect::kMySql), "SELECT ?, `n` FROM t");
  EXPECT_EQ(text_of(kPath, Dialect::kMySqlUnsure), "SELECT ?");
  EXPECT_EQ(text_of(kQuote, Dialect::kMySqlUnsure), "SELECT ?");
  EXPECT_EQ(text_of(R"(SELECT "C:\", "secret")", Dialect::kMySqlPlain), "SELECT ?, ?");
  EXPECT_EQ(text_of(R"(SELECT "C:\", "secret")", Dialect::kMySqlUnsure), "SELECT ?");
  EXPECT_EQ(text_of(R"(SELECT 'a\n', "x" # c)", Dialect::kMySqlUnsure), "SELECT ?, ?");
}

// Every literal of every statement holds this, in each form that a dialect has.
constexpr std::string_view kSecret = "s3cr3t";

std::vector<std::string> literals_of(Dialect dialect) {
  std::vector<std::string> all = {"'s3cr3t'",
                                  "'a''s3cr3t'",
                                  "''",
                                  "N's3cr3t'",
                                  "'-- s3cr3t'",
                                  "'/* s3cr3t'",
                                  "'\n;s3cr3t FROM s3cr3t'",
                                  "x's3cr3t'"};
  if (dialect == Dialect::kPostgres)
    all.insert(all.end(),
               {R"(E'a\'s3cr3t')", R"(e'\\''s3cr3t')", "$$s3cr3t$$", "$a$ $$ 's3cr3t $b$$a$",
                R"(U&'\0061s3cr3t')", "B's3cr3t'", "'$$' || 's3cr3t'"});
  if (dialect == Dialect::kMySql)
    all.insert(all.end(), {R"('a\'s3cr3t')", R"("s3cr3t")", R"("a\"s3cr3t")", R"("a'" "s3cr3t")",
                           "_utf8's3cr3t'", R"('\\''s3cr3t')"});
  if (dialect == Dialect::kMsSql) all.insert(all.end(), {R"('c:\' + 's3cr3t')"});
  if (dialect == Dialect::kGeneric) all.insert(all.end(), {"q'[a's3cr3t]'", "$$s3cr3t$$"});
  return all;
}

constexpr std::string_view kStatements[] = {
    "SELECT a, @ FROM t WHERE b = @ AND c IN (@, @) -- it's s3cr3t\nLIMIT 5",
    "INSERT INTO t (a, b) VALUES (@, @), (@, @)",
    "UPDATE t SET a = @, b = f(@, @) WHERE c LIKE @",
    "DELETE FROM t WHERE a = @ /* s3cr3t ' */ OR b <> @",
    "WITH x AS (SELECT @ AS a) SELECT * FROM x JOIN u ON u.i = @",
    "CALL p(@, @)",
    "SET a = @",
    "CREATE USER u PASSWORD @",
    "MERGE INTO t USING s ON t.a = @ WHEN MATCHED THEN UPDATE SET a = @",
    "SELECT @; DELETE FROM t WHERE a = @",
};

bool has_secret(const Statement& statement) {
  for (const auto text :
       {statement.operation, statement.table, statement.text, statement.summary}) {
    if (text.find(kSecret.substr(0, 3)) != std::string_view::npos) return true;
  }
  return false;
}

TEST(Statement, NoLiteralIsEverReported) {
  for (const Dialect dialect : kAll) {
    const std::vector<std::string> literals = literals_of(dialect);
    for (const std::string_view statement : kStatements) {
      for (std::size_t first = 0; first < literals.size(); ++first) {
        std::string text;
        std::size_t next = first;
        for (const char c : statement)
          c == '@' ? text += literals[next++ % literals.size()] : text += c;
        for (std::size_t cut = 0; cut <= text.size(); ++cut) {
          base::Arena arena;
          const Statement reported = analyse(std::string_view(text).substr(0, cut), dialect, arena);
          ASSERT_FALSE(has_secret(reported)) << text.substr(0, cut) << "\nis told as\n"
                                             << reported.text;
        }
      }
    }
  }
}

TEST(Statement, WhatIsKeptIsWhatIsReported) {
  base::Arena arena;
  KeptStatement kept;
  EXPECT_EQ(kept.view().text, "");
  for (const std::string_view text :
       {"SELECT a FROM t\xff JOIN u WHERE b = 'x'", "BEGIN", "UPDATE t SET a = 1"}) {
    const Statement reported = analyse(text, Dialect::kPostgres, arena);
    kept.set(text, Dialect::kPostgres);
    for (const Statement& statement : {kept.view(), kept.copy(arena)}) {
      EXPECT_EQ(statement.operation, reported.operation);
      EXPECT_EQ(statement.table, reported.table);
      EXPECT_EQ(statement.text, reported.text);
      EXPECT_EQ(statement.summary, reported.summary);
    }
  }
  kept.clear();
  EXPECT_EQ(kept.copy(arena).text, "");
}

TEST(Statement, DeepAndLongInputIsHarmless) {
  for (const char c :
       {'(', ')', '\'', '"', '.', ',', '$', '-', '/', '*', '[', '\\', 'a', '\xff', ';'}) {
    for (const Dialect dialect : kAll) {
      base::Arena arena;
      analyse("SELECT a FROM " + std::string(100'000, c) + " b", dialect, arena);
    }
  }
}

TEST(Statement, BytesThatAreNoTextAreLeftOut) {
  EXPECT_EQ(text_of("SELECT a\xff\x80 FROM \"b\x01\"\x02", Dialect::kPostgres),
            "SELECT a FROM \"b \"");
  EXPECT_EQ(target_of("SELECT 1 FROM t\xc3\xa4\xff"), "SELECT|t\xc3\xa4|SELECT t\xc3\xa4");
}

}  // namespace
}  // namespace obi::protocol::sql
