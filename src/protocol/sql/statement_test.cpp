// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace obi::protocol::sql {
namespace {

constexpr Dialect kAll[] = {Dialect::kGeneric, Dialect::kPostgres,   Dialect::kMySql,
                            Dialect::kMsSql,   Dialect::kMySqlPlain, Dialect::kMySqlUnsure};

std::string described(Dialect dialect) {
  return std::to_string(static_cast<int>(dialect.family)) + "." +
         std::to_string(static_cast<int>(dialect.backslash));
}

// "operation|table|summary"
std::string target_of(std::string_view text, Dialect dialect = Dialect::kGeneric) {
  base::Arena arena;
  const Statement statement = analyse(text, dialect, arena);
  return std::string(statement.operation) + "|" + std::string(statement.table) + "|" +
         std::string(statement.summary);
}

std::string text_of(std::string_view text, Dialect dialect = Dialect::kGeneric) {
  base::Arena arena;
  return std::string(analyse(text, dialect, arena).text);
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

TEST(Statement, OperationAndTablesInAnyDialect) {
  const Case cases[] = {
      {"SELECT * FROM users", "SELECT|users|SELECT users"},
      {"select id from public.users where a = 1", "SELECT|public.users|SELECT public.users"},
      {"  (SELECT a FROM t1) UNION (SELECT b FROM t2)", "SELECT||SELECT t1 t2"},
      {"SELECT * FROM a, b AS x, c y WHERE x.i = y.j", "SELECT||SELECT a b c"},
      {"SELECT * FROM a JOIN b ON a.i = b.i, c", "SELECT||SELECT a b c"},
      {"SELECT f(x, y), z FROM a WHERE i IN (SELECT i FROM b)", "SELECT||SELECT a b"},
      {"SELECT a FROM t x JOIN t y USING (i)", "SELECT|t|SELECT t"},
      {"SELECT a FROM (SELECT b FROM inner_table) AS s", "SELECT|inner_table|SELECT inner_table"},
      {"SELECT a FROM (t1 LEFT OUTER JOIN t2 ON t1.i = t2.i)", "SELECT||SELECT t1 t2"},
      {"SELECT a FROM generate_series(1, 10) g, u", "SELECT|u|SELECT u"},
      {"SELECT EXTRACT(YEAR FROM d), TRIM(BOTH 'x' FROM n) FROM t", "SELECT|t|SELECT t"},
      {"SELECT a IS DISTINCT FROM b FROM t", "SELECT|t|SELECT t"},
      {"SELECT 1", "SELECT||"},
      {"SELECT a FROM t ORDER BY x, y", "SELECT|t|SELECT t"},
      {"SELECT a FROM t GROUP BY x, y HAVING z > 1, w", "SELECT|t|SELECT t"},
      {"SELECT a FROM t FOR UPDATE", "SELECT|t|SELECT t"},
      {"SELECT a FROM t FOR UPDATE OF t", "SELECT|t|SELECT t"},
      {"INSERT INTO orders (id, name) VALUES (1, 'x')", "INSERT|orders|INSERT orders"},
      {"INSERT INTO a (x) SELECT y FROM b", "INSERT|a|INSERT a b"},
      {"INSERT INTO t VALUES (1) ON CONFLICT (i) DO UPDATE SET x = 2", "INSERT|t|INSERT t"},
      {"INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE x = 2", "INSERT|t|INSERT t"},
      {"UPDATE t SET a = 1, b = 2 WHERE c = 3", "UPDATE|t|UPDATE t"},
      {"UPDATE ONLY t AS x SET a = y.b FROM u y", "UPDATE|t|UPDATE t u"},
      {"UPDATE u SET a = 1 FROM users AS u", "UPDATE|users|UPDATE users"},
      {"DELETE FROM t WHERE a = 1", "DELETE|t|DELETE t"},
      {"DELETE FROM t USING u WHERE t.i = u.i", "DELETE|t|DELETE t u"},
      {"DELETE x FROM t1 AS x JOIN t2", "DELETE|t1|DELETE t1 t2"},
      {"DELETE t WHERE a = 1", "DELETE|t|DELETE t"},
      {"DELETE FROM u FROM users AS u", "DELETE|users|DELETE users"},
      {"MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN UPDATE SET a = 1", "MERGE|t|MERGE t s"},
      {"TRUNCATE TABLE a, b", "TRUNCATE|a|TRUNCATE a b"},
      {"TRUNCATE a", "TRUNCATE|a|TRUNCATE a"},
      {"CREATE TABLE IF NOT EXISTS t (i int, j int)", "CREATE|t|CREATE t"},
      {"CREATE TABLE t AS SELECT * FROM u", "CREATE|t|CREATE t u"},
      {"CREATE UNIQUE INDEX i ON s.t (a, b)", "CREATE|s.t|CREATE s.t"},
      {"CREATE VIEW v AS SELECT * FROM t", "CREATE|t|CREATE t"},
      {"ALTER TABLE t ADD COLUMN a int, ADD b int", "ALTER|t|ALTER t"},
      {"DROP TABLE IF EXISTS a, b CASCADE", "DROP|a|DROP a b"},
      {"DROP INDEX i ON t", "DROP|t|DROP t"},
      {"CALL do_it(1, 'x')", "CALL||"},
      {"EXECUTE plan (1)", "EXECUTE||"},
      {"BEGIN", "BEGIN||"},
      {"COMMIT;", "COMMIT||"},
      {"SAVEPOINT a", "SAVEPOINT||"},
      {"SET x = 1", "SET||"},
      {"EXPLAIN SELECT * FROM t", "EXPLAIN|t|EXPLAIN t"},
      {"EXPLAIN UPDATE t SET a = 1", "EXPLAIN|t|EXPLAIN t"},
      {"WITH a AS (SELECT 1), b (x) AS (SELECT i FROM t) SELECT * FROM a JOIN b JOIN u",
       "SELECT||SELECT t u"},
      {"WITH RECURSIVE r AS (SELECT 1 UNION SELECT i FROM r) INSERT INTO t SELECT * FROM r",
       "INSERT|t|INSERT t"},
      {"WITH x AS (UPDATE t SET a = 1 RETURNING *) SELECT * FROM x", "SELECT|t|SELECT t"},
      {"WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b), c AS (SELECT 2) DELETE FROM c2 USING c",
       "DELETE|c2|DELETE c2"},
      {"INSERT INTO t1 VALUES (1); INSERT INTO t2 VALUES (2)", "INSERT|t1|INSERT t1"},
      {"/* FROM x */ SELECT a -- FROM y\n FROM z", "SELECT|z|SELECT z"},
      {"REVOKE ALL ON t FROM someone", "REVOKE||"},
      {"DECLARE c CURSOR FOR SELECT a FROM t", "DECLARE|t|DECLARE t"},
      {"FETCH 10 FROM c", "FETCH||"},
      {"LOCK TABLE t IN EXCLUSIVE MODE", "LOCK|t|LOCK t"},
      {"", "||"},
      {"hello there", "||"},
      {"SELECT a FROM", "SELECT||"},
      {"SELECT a FROM t.", "SELECT|t|SELECT t"},
      {")))", "||"},
  };
  for (const auto& [text, expected] : cases) {
    for (const Dialect dialect : kAll) {
      if (dialect == Dialect::kMsSql && text.starts_with("DECLARE")) continue;
      EXPECT_EQ(target_of(text, dialect), expected) << text << " dialect " << described(dialect);
    }
  }
}

TEST(Statement, WhatOneDialectHas) {
  const struct {
    Dialect dialect;
    std::string_view text;
    std::string_view expected;
  } cases[] = {
      {Dialect::kPostgres, R"(SELECT * FROM "Odd ""Name""")",
       R"(SELECT|Odd "Name"|SELECT Odd "Name")"},
      {Dialect::kPostgres, R"(SELECT * FROM "s"."t")", "SELECT|s.t|SELECT s.t"},
      {Dialect::kPostgres, "COPY t (a, b) FROM STDIN", "COPY|t|COPY t"},
      {Dialect::kPostgres, "COPY (SELECT * FROM t) TO STDOUT", "COPY|t|COPY t"},
      {Dialect::kPostgres, "VACUUM (FULL, ANALYZE) t", "VACUUM|t|VACUUM t"},
      {Dialect::kPostgres, "ANALYZE t", "ANALYZE|t|ANALYZE t"},
      {Dialect::kPostgres, "TABLE t", "TABLE|t|TABLE t"},
      {Dialect::kPostgres, "DO $$BEGIN DELETE FROM t; END$$", "DO||"},
      {Dialect::kPostgres, "SELECT a[1] FROM ONLY t", "SELECT|t|SELECT t"},
      {Dialect::kPostgres, "SELECT a #> '{b}' FROM t", "SELECT|t|SELECT t"},
      {Dialect::kPostgres, "SELECT a INTO TEMP t FROM u", "SELECT||SELECT t u"},
      {Dialect::kPostgres, "EXPLAIN (ANALYZE) UPDATE t SET a = 1", "EXPLAIN|t|EXPLAIN t"},
      {Dialect::kMySql, "SELECT * FROM `a b`.`t`", "SELECT|a b.t|SELECT a b.t"},
      {Dialect::kMySql, "SELECT \"x FROM y\" FROM t # FROM z", "SELECT|t|SELECT t"},
      {Dialect::kMySql, "INSERT IGNORE INTO t SET a = 1", "INSERT|t|INSERT t"},
      {Dialect::kMySql, "INSERT LOW_PRIORITY t (a) VALUES (1)", "INSERT|t|INSERT t"},
      {Dialect::kMySql, "REPLACE INTO t VALUES (REPLACE('a', 'b', 'c'))", "REPLACE|t|REPLACE t"},
      {Dialect::kMySql, "UPDATE a, b SET a.x = b.x", "UPDATE|a|UPDATE a b"},
      {Dialect::kMySql, "SELECT a INTO @x FROM t", "SELECT|t|SELECT t"},
      {Dialect::kMySql, "SELECT a FROM t INTO OUTFILE '/x'", "SELECT|t|SELECT t"},
      {Dialect::kMySql, "SHOW TABLES FROM d", "SHOW||"},
      {Dialect::kMySql, "LOCK TABLES a READ, b WRITE", "LOCK|a|LOCK a b"},
      {Dialect::kMySql, "/*!40001 SELECT */ a FROM t", "SELECT|t|SELECT t"},
      {Dialect::kMySql, "DESC t", "DESC|t|DESC t"},
      {Dialect::kMySql, "LOAD DATA INFILE 'x' INTO TABLE t", "LOAD|t|LOAD t"},
      {Dialect::kMsSql, "SELECT TOP (5) * FROM [dbo].[a t]", "SELECT|dbo.a t|SELECT dbo.a t"},
      {Dialect::kMsSql, "SELECT * FROM db..t WITH (NOLOCK), u (NOLOCK)", "SELECT||SELECT db..t u"},
      {Dialect::kMsSql, "SELECT * FROM OPENJSON(@x) j", "SELECT||"},
      {Dialect::kMsSql, "UPDATE TOP (5) t SET a = 1", "UPDATE|t|UPDATE t"},
      {Dialect::kMsSql, "SET NOCOUNT ON; INSERT INTO [t] OUTPUT INSERTED.[i] VALUES (@p0)",
       "INSERT|t|INSERT t"},
      {Dialect::kMsSql, "DECLARE @x int = 5 SELECT * FROM t WHERE i = @x", "SELECT|t|SELECT t"},
      {Dialect::kMsSql, "IF EXISTS (SELECT 1 FROM a) DELETE FROM b", "DELETE|b|DELETE b"},
      {Dialect::kMsSql, "SET NOCOUNT ON", "SET||"},
      {Dialect::kMsSql, ";WITH c AS (SELECT 1 x) SELECT * FROM c CROSS APPLY f(1)", "SELECT||"},
      {Dialect::kMsSql, "DELETE FROM [u] FROM [Users] AS [u]", "DELETE|Users|DELETE Users"},
      {Dialect::kMsSql, "INSERT INTO #tmp EXEC p 1", "INSERT|#tmp|INSERT #tmp"},
      {Dialect::kMsSql, "EXEC dbo.p @a = 1", "EXEC||"},
  };
  for (const auto& [dialect, text, expected] : cases)
    EXPECT_EQ(target_of(text, dialect), expected) << text;
}

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
