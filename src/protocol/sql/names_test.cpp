// SPDX-License-Identifier: Apache-2.0
// Operations, tables and values without quotes, in each dialect.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "protocol/sql/statement_rows_fixture.hpp"

namespace obi::protocol::sql {
namespace {

TEST(StatementTable, ValuesWithoutQuotesInPostgreSql) {
  constexpr Row kRows[] = {
      {kPg, "SET app.tenant = planted", "SET||", "SET app.tenant = ?"},
      {kPg, "SELECT 1; SET app.tenant = planted", "SELECT||", "SELECT ?; SET app.tenant = ?"},
      {kPg, "BEGIN; SET LOCAL app.tenant TO planted; SELECT 1; COMMIT", "BEGIN||",
       "BEGIN; SET LOCAL app.tenant TO ?; SELECT ?; COMMIT"},
      {kPg, "BEGIN;SET LOCAL app.tenant=planted;COMMIT", "BEGIN||",
       "BEGIN;SET LOCAL app.tenant=?;COMMIT"},
      {kPg, "ALTER ROLE r SET app.tenant = planted", "ALTER||", "ALTER ROLE r SET app.tenant = ?"},
      {kPg, "ALTER ROLE r IN DATABASE d SET app.tenant TO planted", "ALTER||",
       "ALTER ROLE r IN DATABASE d SET app.tenant TO ?"},
      {kPg, "ALTER DATABASE d SET app.tenant = planted", "ALTER||",
       "ALTER DATABASE d SET app.tenant = ?"},
      {kPg, "ALTER SYSTEM SET application_name = planted", "ALTER||",
       "ALTER SYSTEM SET application_name = ?"},
      {kPg, "SELECT 1; ALTER USER u SET a.b TO planted", "SELECT||",
       "SELECT ?; ALTER USER u SET a.b TO ?"},
      {kPg, "ALTER FUNCTION f() SET a.b = planted", "ALTER||", "ALTER FUNCTION f() SET a.b = ?"},
      {kPg, "CREATE FUNCTION f() RETURNS int SET a.b = planted AS $$planted$$ LANGUAGE sql",
       "CREATE||", "CREATE FUNCTION f() RETURNS int SET a.b = ? AS ? LANGUAGE sql"},
      {kPg, "SET search_path TO planted, planted2", "SET||", "SET search_path TO ?, ?"},
      {kPg, "SET a.b = cluster", "SET||", "SET a.b = ?"},
      {kPg, "SET \"a\".b = \"planted\"", "SET||", "SET \"a\".b = ?"},
      {kPg, "SET a = on; SET b = DEFAULT; SET c = off", "SET||",
       "SET a = on; SET b = DEFAULT; SET c = ?"},
      {kPg, "/* x */ SET a.b = planted", "SET||", "SET a.b = ?"},
      {kPg, "-- x\nSET a.b = planted", "SET||", "SET a.b = ?"},
      {kPg, "UPDATE t SET a = b; SET x = planted", "UPDATE|t|t", "UPDATE t SET a = b; SET x = ?"},
      {kPg, "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = b", "INSERT|t|t",
       "INSERT INTO t VALUES (?) ON CONFLICT (a) DO UPDATE SET a = b"},
      {kPg, "MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN UPDATE SET a = s.a", "MERGE|t|t s",
       "MERGE INTO t USING s ON t.i = s.i WHEN MATCHED THEN UPDATE SET a = s.a"},
      {kPg, "WITH x AS (SELECT 1) UPDATE t SET a = b", "UPDATE|t|t",
       "WITH x AS (SELECT ?) UPDATE t SET a = b"},
      {kPg, "EXPLAIN UPDATE t SET a = b", "EXPLAIN|t|t", "EXPLAIN UPDATE t SET a = b"},
      {kPg, "ALTER TABLE t RENAME TO u", "ALTER|t|t", "ALTER TABLE t RENAME TO u"},
  };
  check(kRows);
}

TEST(StatementTable, ValuesWithoutQuotesInOtherDialects) {
  constexpr Row kRows[] = {
      {kMy, "SELECT 1; SET GLOBAL x = planted", "SELECT||", "SELECT ?; SET GLOBAL x = ?"},
      {kMy, "SET GLOBAL a = planted, SESSION b = planted, @c = @d", "SET||",
       "SET GLOBAL a = ?, SESSION b = ?, @c = @d"},
      {kMy, "SET @a := planted", "SET||", "SET @a := ?"},
      {kMy, "SET a = planted-planted", "SET||", "SET a = ?-?"},
      {kMy, "SET a = (SELECT b FROM t WHERE c = d)", "SET|t|t",
       "SET a = (SELECT b FROM t WHERE c = d)"},
      {kMy, "SET PASSWORD FOR x = PASSWORD('planted')", "SET||",
       "SET PASSWORD FOR x = PASSWORD(?)"},
      {kMy, "SET @a = CONCAT(@@sql_mode, 'planted')", "SET||", "SET @a = CONCAT(@@sql_mode, ?)"},
      {kMy, "BEGIN NOT ATOMIC SET GLOBAL x = planted; END", "BEGIN||",
       "BEGIN NOT ATOMIC SET GLOBAL x = ?; END"},
      {kMy, "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SET GLOBAL x = planted", "CREATE||",
       "CREATE EVENT e ON SCHEDULE EVERY ? DAY DO SET GLOBAL x = ?"},
      {kMy, "INSERT INTO t SET a = b", "INSERT|t|t", "INSERT INTO t SET a = b"},
      {kMy, "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'planted'", "SIGNAL||",
       "SIGNAL SQLSTATE ? SET MESSAGE_TEXT = ?"},
      {kMs, "EXEC p planted, @a = planted, @b = @c OUTPUT", "EXEC||",
       "EXEC p ?, @a = ?, @b = @c OUTPUT"},
      {kMs, "EXEC @rc = dbo.p planted", "EXEC||", "EXEC @rc = dbo.p ?"},
      {kMs, "SET NOCOUNT ON; EXECUTE [s].[p] planted", "EXECUTE||",
       "SET NOCOUNT ON; EXECUTE [s].[p] ?"},
      {kMs, "INSERT INTO #t EXEC p planted", "INSERT|#t|#t", "INSERT INTO #t EXEC p ?"},
      {kMs, "UPDATE t SET a = b", "UPDATE|t|t", "UPDATE t SET a = b"},
      {kAny, "PRAGMA key = planted", "PRAGMA||", "PRAGMA key = ?"},
      {kAny, "PRAGMA key(planted)", "PRAGMA||", "PRAGMA key(?)"},
  };
  check(kRows);
}

TEST(StatementTable, WhatIsWrittenToIsTheTable) {
  constexpr Row kRows[] = {
      {kPg, "WITH s AS (SELECT a FROM b) INSERT INTO t SELECT a FROM s", "INSERT|t|t b",
       "WITH s AS (SELECT a FROM b) INSERT INTO t SELECT a FROM s"},
      {kPg, "WITH s AS (SELECT a FROM b) UPDATE t SET a = s.a FROM s", "UPDATE|t|t b",
       "WITH s AS (SELECT a FROM b) UPDATE t SET a = s.a FROM s"},
      {kPg, "WITH s AS (SELECT a FROM b) DELETE FROM t USING s WHERE s.a = t.a", "DELETE|t|t b",
       "WITH s AS (SELECT a FROM b) DELETE FROM t USING s WHERE s.a = t.a"},
      {kPg, "WITH s AS (SELECT a FROM b) MERGE INTO t USING s ON t.a = s.a", "MERGE|t|t b",
       "WITH s AS (SELECT a FROM b) MERGE INTO t USING s ON t.a = s.a"},
      {kPg, "WITH m AS (DELETE FROM q RETURNING a) INSERT INTO d SELECT a FROM m", "INSERT|d|d q",
       "WITH m AS (DELETE FROM q RETURNING a) INSERT INTO d SELECT a FROM m"},
      {kPg, "WITH s AS (SELECT a FROM t) UPDATE t SET a = 1 FROM s, u", "UPDATE|t|t u",
       "WITH s AS (SELECT a FROM t) UPDATE t SET a = ? FROM s, u"},
      {kPg, "WITH s AS (SELECT a FROM b, c), r AS (SELECT 1) INSERT INTO t SELECT a FROM s",
       "INSERT|t|t b c",
       "WITH s AS (SELECT a FROM b, c), r AS (SELECT ?) INSERT INTO t SELECT a FROM s"},
      {kPg, "INSERT INTO t WITH s AS (SELECT a FROM b) SELECT a FROM s", "INSERT|t|t b",
       "INSERT INTO t WITH s AS (SELECT a FROM b) SELECT a FROM s"},
      {kMs, "WITH s AS (SELECT a FROM b) DELETE FROM t WHERE i IN (SELECT i FROM s)",
       "DELETE|t|t b", "WITH s AS (SELECT a FROM b) DELETE FROM t WHERE i IN (SELECT i FROM s)"},
      {kMy, "WITH s AS (SELECT a FROM b) UPDATE t JOIN s SET t.a = s.a", "UPDATE|t|t b",
       "WITH s AS (SELECT a FROM b) UPDATE t JOIN s SET t.a = s.a"},
      {kMy, "DELETE FROM a, b USING t a JOIN u b", "DELETE|t|t u",
       "DELETE FROM a, b USING t a JOIN u b"},
      {kMy, "DELETE FROM t1, t2 USING t1 JOIN t2", "DELETE|t1|t1 t2",
       "DELETE FROM t1, t2 USING t1 JOIN t2"},
      {kMy, "DELETE a, b FROM t AS a JOIN u AS b", "DELETE|t|t u",
       "DELETE a, b FROM t AS a JOIN u AS b"},
  };
  check(kRows);
}

TEST(StatementTable, WordsThatAreNamesInPostgreSql) {
  constexpr Row kRows[] = {
      {kPg, "SELECT o.id, o.table FROM orders o", "SELECT|orders|orders",
       "SELECT o.id, o.table FROM orders o"},
      {kPg, "SELECT o.update, o.id FROM orders o", "SELECT|orders|orders",
       "SELECT o.update, o.id FROM orders o"},
      {kPg, "SELECT o.from, o.to FROM orders o", "SELECT|orders|orders",
       "SELECT o.from, o.to FROM orders o"},
      {kPg, "SELECT o . from, o. into FROM orders o", "SELECT|orders|orders",
       "SELECT o . from, o. into FROM orders o"},
      {kPg, "SELECT o.* FROM orders o", "SELECT|orders|orders", "SELECT o.* FROM orders o"},
      {kPg, "SELECT a AS table, b AS from, c AS into FROM orders", "SELECT|orders|orders",
       "SELECT a AS table, b AS from, c AS into FROM orders"},
      {kPg, "SELECT a AS update, b AS where, c AS join FROM orders AS end JOIN u AS set",
       "SELECT||orders u",
       "SELECT a AS update, b AS where, c AS join FROM orders AS end JOIN u AS set"},
      {kPg, "INSERT INTO t SELECT a AS from FROM u", "INSERT|t|t u",
       "INSERT INTO t SELECT a AS from FROM u"},
      {kPg, "CREATE VIEW v AS SELECT a AS from, b AS into FROM t", "CREATE|t|t",
       "CREATE VIEW v AS SELECT a AS from, b AS into FROM t"},
      {kPg, "PREPARE p AS UPDATE t SET a = 1", "PREPARE|t|t", "PREPARE p AS UPDATE t SET a = ?"},
      {kPg, "UPDATE t SET o.from = 1, o.join = 2", "UPDATE|t|t",
       "UPDATE t SET o.from = ?, o.join = ?"},
      {kPg, "SELECT a FROM s.table, s.from WHERE b = 1", "SELECT||s.table s.from",
       "SELECT a FROM s.table, s.from WHERE b = ?"},
      {kPg, "SELECT s.a FROM statistics s WHERE s.b = 1", "SELECT|statistics|statistics",
       "SELECT s.a FROM statistics s WHERE s.b = ?"},
      {kPg, "UPDATE ignore SET a = 1", "UPDATE|ignore|ignore", "UPDATE ignore SET a = ?"},
      {kPg, "UPDATE ignore i SET a = 1", "UPDATE|ignore|ignore", "UPDATE ignore i SET a = ?"},
      {kPg, "UPDATE update SET a = 1", "UPDATE|update|update", "UPDATE update SET a = ?"},
      {kPg, "TRUNCATE index, insert", "TRUNCATE|index|index insert", "TRUNCATE index, insert"},
      {kPg, "SELECT a FROM t JOIN merge m ON m.i = t.i", "SELECT||t merge",
       "SELECT a FROM t JOIN merge m ON m.i = t.i"},
      {kPg, "SELECT a INTO temp FROM t", "SELECT||temp t", "SELECT a INTO temp FROM t"},
      {kPg, "SELECT a INTO TEMP u FROM t", "SELECT||u t", "SELECT a INTO TEMP u FROM t"},
      {kPg, "SELECT a INTO TEMPORARY TABLE u FROM t", "SELECT||u t",
       "SELECT a INTO TEMPORARY TABLE u FROM t"},
      {kPg, "SELECT a FROM (SELECT b FROM temp) x", "SELECT|temp|temp",
       "SELECT a FROM (SELECT b FROM temp) x"},
      {kPg, "SELECT a FROM ROWS FROM (f(1), g(2))", "SELECT||",
       "SELECT a FROM ROWS FROM (f(?), g(?))"},
      {kPg, "SELECT a FROM rows", "SELECT|rows|rows", "SELECT a FROM rows"},
      {kPg, "IMPORT FOREIGN SCHEMA x FROM SERVER s INTO y", "IMPORT|y|y",
       "IMPORT FOREIGN SCHEMA x FROM SERVER s INTO y"},
      {kPg, "SELECT 4711.FROM t", "SELECT|t|t", "SELECT ?FROM t"},
      {kPg, "SELECT a FROM LATERAL (SELECT b FROM t) x, LATERAL f(1)", "SELECT|t|t",
       "SELECT a FROM LATERAL (SELECT b FROM t) x, LATERAL f(?)"},
      {kPg, "VACUUM FULL VERBOSE t", "VACUUM|t|t", "VACUUM FULL VERBOSE t"},
      {kPg, "REINDEX TABLE CONCURRENTLY t", "REINDEX|t|t", "REINDEX TABLE CONCURRENTLY t"},
  };
  check(kRows);
}

TEST(StatementTable, WordsThatAreNamesInOtherDialects) {
  constexpr Row kRows[] = {
      {kMy, "UPDATE temp SET a = 1", "UPDATE|temp|temp", "UPDATE temp SET a = ?"},
      {kMy, "DELETE FROM temp t WHERE t.a = 1", "DELETE|temp|temp",
       "DELETE FROM temp t WHERE t.a = ?"},
      {kMy, "UPDATE LOW_PRIORITY IGNORE t SET a = 1", "UPDATE|t|t",
       "UPDATE LOW_PRIORITY IGNORE t SET a = ?"},
      {kMy, "INSERT DELAYED INTO t VALUES (1)", "INSERT|t|t", "INSERT DELAYED INTO t VALUES (?)"},
      {kMy, "DELETE QUICK FROM t WHERE a = 1", "DELETE|t|t", "DELETE QUICK FROM t WHERE a = ?"},
      {kMy, "DELETE LOW_PRIORITY QUICK IGNORE FROM quick", "DELETE|quick|quick",
       "DELETE LOW_PRIORITY QUICK IGNORE FROM quick"},
      {kMy, "SELECT a INTO DUMPFILE 'planted' FROM t", "SELECT|t|t",
       "SELECT a INTO DUMPFILE ? FROM t"},
      {kMy, "SELECT a FROM t INTO OUTFILE \"planted\"", "SELECT|t|t",
       "SELECT a FROM t INTO OUTFILE ?"},
      {kMy, "INSERT INTO dumpfile VALUES (1)", "INSERT|dumpfile|dumpfile",
       "INSERT INTO dumpfile VALUES (?)"},
      {kMy, "DESCRIBE tables", "DESCRIBE|tables|tables", "DESCRIBE tables"},
      {kMy, "LOCK TABLES a READ, b WRITE", "LOCK|a|a b", "LOCK TABLES a READ, b WRITE"},
      {kMy, "LOAD INDEX INTO CACHE t", "LOAD|t|t", "LOAD INDEX INTO CACHE t"},
      {kMy, "SELECT a FROM only", "SELECT|only|only", "SELECT a FROM only"},
      {kMs, "UPDATE STATISTICS t", "UPDATE|t|t", "UPDATE STATISTICS t"},
      {kMs, "UPDATE statistics SET a = 1", "UPDATE|statistics|statistics",
       "UPDATE statistics SET a = ?"},
      {kMs, "BULK INSERT t FROM \"planted\" WITH (a = 'planted')", "BULK|t|t",
       "BULK INSERT t FROM ? WITH (a = ?)"},
  };
  check(kRows);
}

TEST(StatementTable, TablesNamedAsKeywords) {
  const auto check_name = [](Dialect dialect, const std::string& name) {
    const std::string target = "|" + name + "|" + name;
    const std::string select = "SELECT a FROM " + name + " WHERE b = 1";
    const std::string aliased = "SELECT x.a FROM " + name + " x";
    const std::string insert = "INSERT INTO " + name + " (a) VALUES (1)";
    const std::string update = "UPDATE " + name + " SET a = 1";
    const std::string remove = "DELETE FROM " + name + " WHERE a = 1";
    const std::string target_of[] = {"SELECT" + target, "INSERT" + target, "UPDATE" + target,
                                     "DELETE" + target};
    const std::string reported[] = {
        "SELECT a FROM " + name + " WHERE b = ?", "INSERT INTO " + name + " (a) VALUES (?)",
        "UPDATE " + name + " SET a = ?", "DELETE FROM " + name + " WHERE a = ?"};
    const Row rows[] = {{dialect, select, target_of[0], reported[0]},
                        {dialect, aliased, target_of[0], aliased},
                        {dialect, insert, target_of[1], reported[1]},
                        {dialect, update, target_of[2], reported[2]},
                        {dialect, remove, target_of[3], reported[3]}};
    check(rows);
  };
  for (const char* name :
       {"temp",    "temporary", "statistics", "tables",    "quick",  "merge", "exec",
        "execute", "upsert",    "dumpfile",   "change",    "purge",  "get",   "help",
        "cache",   "status",    "unlogged",   "overwrite", "policy", "rule"}) {
    const bool is_modifier =
        std::string_view(name) == "quick" || std::string_view(name) == "overwrite";
    if (!is_modifier) check_name(kMy, name);
    check_name(kPg, name);
  }
  for (const char* name : {"ignore", "delayed", "high_priority", "low_priority", "outfile", "index",
                           "update", "delete", "insert", "drop", "alter"})
    check_name(kPg, name);
}

TEST(StatementTable, NamesAsTheyAreMeant) {
  constexpr Row kRows[] = {
      {kMy, "SELECT a FROM 2024_orders o WHERE b = 4711", "SELECT|2024_orders|2024_orders",
       "SELECT a FROM 2024_orders o WHERE b = ?"},
      {kMy, "INSERT INTO 2024_orders VALUES (4711)", "INSERT|2024_orders|2024_orders",
       "INSERT INTO 2024_orders VALUES (?)"},
      {kMy, "SELECT a FROM shop.1st_table", "SELECT|shop.1st_table|shop.1st_table",
       "SELECT a FROM shop.1st_table"},
      {kMy, "SELECT a FROM shop.2024 WHERE b = 1", "SELECT|shop.2024|shop.2024",
       "SELECT a FROM shop.? WHERE b = ?"},
      {kMy, "SELECT a FROM 1a.2b, 3c", "SELECT||1a.2b 3c", "SELECT a FROM 1a.2b, 3c"},
      {kMy, "UPDATE 3c SET a = 1", "UPDATE|3c|3c", "UPDATE 3c SET a = ?"},
      {kMy, "SELECT 0x4142, 0b01, 1e5, 1E+5, 1.5e-3, .5, 5., 1e FROM t", "SELECT|t|t",
       "SELECT ?, ?, ?, ?, ?, ?, ?, ? FROM t"},
      {kMy, "SELECT 4711.FROM t", "SELECT|t|t", "SELECT ?FROM t"},
      {kPg, "SELECT a FROM 2024_orders", "SELECT||", "SELECT a FROM ?"},
      {kPg, R"(SELECT a FROM "we""ird" WHERE "x" = 1)", R"(SELECT|we"ird|we"ird)",
       R"(SELECT a FROM "we""ird" WHERE "x" = ?)"},
      {kPg, R"(SELECT a FROM "a""b"."c""""d")", R"(SELECT|a"b.c""d|a"b.c""d)",
       R"(SELECT a FROM "a""b"."c""""d")"},
      {kMy, "SELECT a FROM `my``table`", "SELECT|my`table|my`table", "SELECT a FROM `my``table`"},
      {kMs, "SELECT a FROM [a]]b].[c[d]", "SELECT|a]b.c[d|a]b.c[d", "SELECT a FROM [a]]b].[c[d]"},
      {kPg, R"(SELECT a FROM U&"t\0031" WHERE b = 1)", "SELECT|t1|t1",
       R"(SELECT a FROM U&"t\0031" WHERE b = ?)"},
      {kPg, R"(SELECT a FROM u&"\+01F600\\x")", "SELECT|\xf0\x9f\x98\x80\\x|\xf0\x9f\x98\x80\\x",
       R"(SELECT a FROM u&"\+01F600\\x")"},
      {kPg, R"(SELECT a FROM U&"t!0031" UESCAPE '!' WHERE b = 1)", "SELECT||",
       R"(SELECT a FROM U&"t!0031" UESCAPE ? WHERE b = ?)"},
      {kPg, R"(SELECT a FROM U&"\zzzz\00")", R"(SELECT|\zzzz\00|\zzzz\00)",
       R"(SELECT a FROM U&"\zzzz\00")"},
  };
  check(kRows);
}

TEST(StatementTable, TheFirstWordIsTheOperation) {
  constexpr Row kRows[] = {
      {kMy, "CHECKSUM TABLE items", "CHECKSUM|items|items", "CHECKSUM TABLE items"},
      {kMy, "CHANGE MASTER TO MASTER_PASSWORD = 'planted'", "CHANGE||",
       "CHANGE MASTER TO MASTER_PASSWORD = ?"},
      {kMy, "PURGE BINARY LOGS TO 'planted'", "PURGE||", "PURGE BINARY LOGS TO ?"},
      {kMy, "INSTALL SONAME 'planted'", "INSTALL||", "INSTALL SONAME ?"},
      {kMy, "INSTALL PLUGIN p SONAME 'planted'", "INSTALL||", "INSTALL PLUGIN p SONAME ?"},
      {kMy, "UNINSTALL PLUGIN nosuch", "UNINSTALL||", "UNINSTALL PLUGIN nosuch"},
      {kMy, "BINLOG 'planted'", "BINLOG||", "BINLOG ?"},
      {kMy, "HELP 'planted'", "HELP||", "HELP ?"},
      {kMy, "CACHE INDEX t IN k", "CACHE|t|t", "CACHE INDEX t IN k"},
      {kMy, "GET DIAGNOSTICS CONDITION 1 @a = MESSAGE_TEXT", "GET||",
       "GET DIAGNOSTICS CONDITION ? @a = MESSAGE_TEXT"},
      {kMy, "RESIGNAL SET MESSAGE_TEXT = 'planted'", "RESIGNAL||", "RESIGNAL SET MESSAGE_TEXT = ?"},
      {kMy, "RESTART", "RESTART||", "RESTART"},
      {kMy, "CLONE LOCAL DATA DIRECTORY = 'planted'", "CLONE||", "CLONE LOCAL DATA DIRECTORY = ?"},
      {kMs, "RAISERROR('planted', 16, 1)", "RAISERROR||", "RAISERROR(?, ?, ?)"},
      {kMs, "THROW 50000, 'planted', 1", "THROW||", "THROW ?, ?, ?"},
      {kMs, "DENY SELECT ON t TO u", "DENY||", "DENY SELECT ON t TO u"},
      {kMs, "ENABLE TRIGGER x ON t", "ENABLE||", "ENABLE TRIGGER x ON t"},
      {kMs, "sp_who SELECT", "||", "sp_who SELECT"},
      {kPg, "FOOBAR TABLE t", "|t|", "FOOBAR TABLE t"},
      {kPg, "SELECT a FROM change, get", "SELECT||change get", "SELECT a FROM change, get"},
  };
  check(kRows);
}

}  // namespace
}  // namespace obi::protocol::sql
