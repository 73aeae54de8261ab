// SPDX-License-Identifier: Apache-2.0
// The operation and the tables of a statement.
#include <gtest/gtest.h>

#include <span>
#include <string_view>

#include "protocol/sql/statement_fixture.hpp"

namespace obi::protocol::sql {
namespace {

void check_in_any_dialect(std::span<const Case> cases) {
  for (const auto& [text, expected] : cases) {
    for (const Dialect dialect : kAll) {
      if (dialect == Dialect::kMsSql && text.starts_with("DECLARE")) continue;
      EXPECT_EQ(target_of(text, dialect), expected) << text << " dialect " << described(dialect);
    }
  }
}

TEST(Statement, OperationAndTablesOfQueriesInAnyDialect) {
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
  };
  check_in_any_dialect(cases);
}

TEST(Statement, OperationAndTablesOfChangesInAnyDialect) {
  const Case cases[] = {
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
  check_in_any_dialect(cases);
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

}  // namespace
}  // namespace obi::protocol::sql
