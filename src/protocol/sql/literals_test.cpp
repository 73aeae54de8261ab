// SPDX-License-Identifier: Apache-2.0
// What is a literal, and what a comment, in each dialect and mode.
#include <gtest/gtest.h>

#include "protocol/sql/statement_rows_fixture.hpp"

namespace obi::protocol::sql {
namespace {

TEST(StatementTable, LettersOfSeveralBytes) {
  constexpr Row kRows[] = {
      // 表 is 95 5c in Shift JIS, ～ 81 60; 運 df 5c in GBK; 功 a5 5c in Big5.
      {kSjis, "SELECT '\x95\x5c', 'planted' AS x", "SELECT||", "SELECT ?, ? AS x"},
      {kSjis, "SELECT '\x95\x5c', 'moved FROM planted' AS x", "SELECT||", "SELECT ?, ? AS x"},
      {kSjis, "INSERT INTO s.t VALUES ('\x83\x5c'), ('planted')", "INSERT|s.t|s.t",
       "INSERT INTO s.t VALUES (?), (?)"},
      {kSjis, "SELECT 1 AS `\x81\x60`, 'planted' AS `x` FROM t", "SELECT|t|t",
       "SELECT ? AS ```, ? AS `x` FROM t"},
      {kSjis, "SELECT \x81\x60, 'it`s planted' FROM t", "SELECT|t|t", "SELECT `, ? FROM t"},
      {kSjis, "SELECT '\xb1\x5c'planted', 'x' FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kSjis, "SELECT '\x95\x5c\\'planted', 'x' FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kSjis, "SELECT '\\\x95\x5c', 'planted'", "SELECT||", "SELECT ?"},
      {kSjis, "SELECT '\x95', 'planted'", "SELECT||", "SELECT ?"},
      {kSjis, "SELECT '\x95", "SELECT||", "SELECT ?"},
      {kSjis, "SELECT \"\x95\x5c\", \"planted\" FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kSjis, "SELECT N'\x95\x5c', _sjis'\x95\x5c', 'planted' FROM t", "SELECT|t|t",
       "SELECT ?, _sjis?, ? FROM t"},
      {kSjis, "SELECT a # \x95\x5c it's planted\n FROM t", "SELECT|t|t", "SELECT a FROM t"},
      {kSjis, "SELECT a /* \x95\x5c it's planted */ FROM t", "SELECT|t|t", "SELECT a FROM t"},
      {kGbk, "SELECT a FROM s.t WHERE b = '\xdf\x5c' AND c = 'planted' AND d = 'x'",
       "SELECT|s.t|s.t", "SELECT a FROM s.t WHERE b = ? AND c = ? AND d = ?"},
      {kGbk, "SELECT '\xb1\x5c\x27, 'planted' FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kGbk, "SELECT '\xff\x5c', 'planted'", "SELECT||", "SELECT ?"},
      {kGbk, "SELECT `\xbf\x60', `, 'planted' FROM t", "SELECT|t|t", "SELECT ``', `, ? FROM t"},
      {kBig5, "SELECT '\xa5\x5c', 'planted' AS x FROM t", "SELECT|t|t", "SELECT ?, ? AS x FROM t"},
      {kBig5, "SELECT '\x81\x5c', 'planted'", "SELECT||", "SELECT ?"},
      {kGb18030, "SELECT '\x81\x30\x81\x30', '\x81\x5c', 'planted' FROM t", "SELECT|t|t",
       "SELECT ?, ?, ? FROM t"},
      {kGb18030, "SELECT '\x81\x30\x5c', 'planted'", "SELECT||", "SELECT ?"},
  };
  check(kRows);
}

TEST(StatementTable, LettersOfUnknownSetsAndWhereNoLetterMatters) {
  constexpr Row kRows[] = {
      // Of an unknown set nothing is kept behind what may be a letter or not.
      {kNoCharset, "SELECT '\x95\x5c', 'planted' AS x", "SELECT||", "SELECT ?"},
      {kNoCharset, "SELECT '\xe8\xa1\xa8', 'it\\'s planted' FROM t", "SELECT|t|t",
       "SELECT ?, ? FROM t"},
      {kNoCharset, "SELECT '\xe8\xa1\xa8\\'planted', 'x'", "SELECT||", "SELECT ?"},
      {kNoCharset, "SELECT 1 AS `\x81\x60`, 'planted' AS `x`", "SELECT||", "SELECT ? AS ?"},
      {kNoCharset, "SELECT 1 AS `\xc3\xa9x`, 'planted' FROM t", "SELECT|t|t",
       "SELECT ? AS `\xc3\xa9x`, ? FROM t"},
      {kNoCharset, "SELECT \x81\x60, 'it`s planted' FROM t", "SELECT||", "SELECT ?"},
      {kMyUnsure, "SELECT '\x95\x5c', 'planted' AS x", "SELECT||", "SELECT ?"},
      // Where a backslash is plain no letter matters.
      {kMyPlain, "SELECT '\x95\x5c', 'planted' FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kPgPlain, "SELECT '\x95\x5c', 'planted' FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kMy, "SELECT '\xe8\xa1\xa8', '\xc3\xa9\\'s planted' FROM `\xe8\xa1\xa8`",
       "SELECT|\xe8\xa1\xa8|\xe8\xa1\xa8", "SELECT ?, ? FROM `\xe8\xa1\xa8`"},
      // EUC: all bytes of letters have the high bit.
      {kMy, "SELECT '\xc9\xbd', 'planted' FROM t", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {pg(Charset::kShiftJis), "SELECT '\x95\x5c', 'planted' FROM t", "SELECT|t|t",
       "SELECT ?, ? FROM t"},
      {pg(Charset::kGbk), "SELECT E'\xdf\x5c', 'planted' FROM t", "SELECT|t|t",
       "SELECT ?, ? FROM t"},
      {pg(Charset::kBig5), "SELECT $\xa5\x5c$it's planted$\xa5\x5c$ FROM t", "SELECT||",
       "SELECT ?"},
      {pg(Charset::kUnknown), "SELECT E'\xdf\x5c', 'planted' FROM t", "SELECT||", "SELECT ?"},
      {kPg, "SELECT E'\xdf\x5c', 'planted' FROM t", "SELECT||", "SELECT ?"},
      {kAny, "SELECT '\xdf\x5c', 'planted' FROM t", "SELECT||", "SELECT ?"},
      {{.family = Family::kMsSql, .backslash = Backslash::kPlain},
       "SELECT \x81\x5b, 'planted]' FROM t",
       "SELECT||",
       "SELECT ?"},
  };
  check(kRows);
}

TEST(StatementTable, CommentsAndTheirEnds) {
  constexpr Row kRows[] = {
      {kMy, "SELECT 1 # a\r it's planted\n, 'planted' AS x FROM t", "SELECT|t|t",
       "SELECT ? , ? AS x FROM t"},
      {kMy, "SELECT 1 -- a\r planted \n AS x", "SELECT||", "SELECT ? AS x"},
      {kMy, "SELECT 1 -- a\r\n AS x", "SELECT||", "SELECT ? AS x"},
      {kMy, "SELECT 1 --\tit's planted\n FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kMy, "SELECT 5--'planted'", "SELECT||", "SELECT ?--?"},
      {kMy, "SELECT 1 --", "SELECT||", "SELECT ?"},
      {kMy, "SELECT 1 # planted", "SELECT||", "SELECT ?"},
      {kMy, "SELECT /*/ it's planted */ a FROM t", "SELECT|t|t", "SELECT a FROM t"},
      {kMy, "SELECT /**/ 'planted' FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kPg, "SELECT 1 -- planted\r, 'planted' FROM t", "SELECT|t|t", "SELECT ? , ? FROM t"},
      {kPg, "SELECT 1 -- it's planted\n, 'planted' FROM t", "SELECT|t|t", "SELECT ? , ? FROM t"},
      {kPg, "SELECT /* /* it's */ planted's */ 'planted' FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kPg, "SELECT 1 --planted", "SELECT||", "SELECT ?"},
      {kMs, "SELECT 1 -- a\r it's planted\n, 'planted' FROM t", "SELECT||", "SELECT ?"},
      {kMs, "SELECT 1 -- it's planted\r\n, 'planted' FROM t", "SELECT|t|t", "SELECT ? , ? FROM t"},
      {kMs, "SELECT 1 --it's planted\n, 'planted' FROM t", "SELECT|t|t", "SELECT ? , ? FROM t"},
      {kMs, "SELECT 1 /* /* it's planted */ */ FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kAny, "SELECT 1 -- it's planted\n FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kAny, "SELECT 1 --it's planted\n FROM t", "SELECT||", "SELECT ?"},
      {kAny, "SELECT 1 # it's planted\n FROM t", "SELECT||", "SELECT ? ?"},
      {kMy, "SELECT /*+ NO_INDEX(t) planted */ a FROM t", "SELECT|t|t", "SELECT a FROM t"},
      {kMy, "SELECT /*+ SET_VAR(a = 'x*/ planted') */ 'planted'", "SELECT||", "SELECT"},
      {kMy, "SELECT /*+ QB_NAME(`q`) */ a FROM t WHERE b = 1", "SELECT|t|t",
       "SELECT a FROM t WHERE b = ?"},
  };
  check(kRows);
}

TEST(StatementTable, CommentsThatSomeServersExecute) {
  constexpr Row kRows[] = {
      {kMy, "SELECT /*!999999 it's a planted note */ 'planted' AS x FROM t", "SELECT|t|t",
       "SELECT ? AS x FROM t"},
      {kMy, "SELECT /*M!999999 don't */ 'planted' AS x, 'b' FROM t", "SELECT|t|t",
       "SELECT ? AS x, ? FROM t"},
      {kMy, "SELECT /*!999999 planted */ 1", "SELECT||", "SELECT ?"},
      {kMy, "SELECT /*!999999 /* x */ planted */ 'planted'", "SELECT||", "SELECT"},
      {kMy, "SELECT /*!50000 'planted' */ AS x", "SELECT||", "SELECT ? AS x"},
      {kMy, "SELECT /*!50000 'planted */ , 'planted' */ AS x", "SELECT||", "SELECT ?"},
      {kMy, "SELECT /*! 'planted' */ a FROM t", "SELECT|t|t", "SELECT ? a FROM t"},
      {kMy, "SELECT /*!a*/ FROM /*!50000 t */ WHERE b = 'planted'", "SELECT|t|t",
       "SELECT a FROM t WHERE b = ?"},
      {kMy, "SELECT /*!80000 planted */ 'planted' FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kMy, "SELECT /*!80000 it's planted */ 'planted' FROM t", "SELECT||", "SELECT"},
      {kMy, "SELECT /*!80000 -- planted */ 'planted'\n */", "SELECT||", "SELECT"},
      {kMy, "SELECT /*!50003 -- planted */ 'planted'\n */", "SELECT||", "SELECT"},
      {kMy, "SELECT /*!50003 /* planted */ 'planted' */ FROM t", "SELECT||", "SELECT"},
      {kMy, "SELECT /*!50003 `planted */ ` */ FROM t", "SELECT||", "SELECT ?"},
      {kMy, "/*!40101 SET NAMES utf8 */", "SET||", "SET NAMES utf8"},
      {kMy, "/*!40101 SET @a=@@b */; SELECT 'planted'", "SET||", "SET @a=@@b ; SELECT ?"},
      {kMy8, "SELECT /*!80000 a, 'planted', */ b FROM t", "SELECT|t|t", "SELECT a, ?, b FROM t"},
      {kMy8, "SELECT /*!80040 planted */ b FROM t", "SELECT|t|t", "SELECT b FROM t"},
      {kMy8, "SELECT /*!90000 it's planted */ 'planted' FROM t", "SELECT||", "SELECT"},
      {kMy8, "SELECT /*M!100100 planted */ b FROM t", "SELECT|t|t", "SELECT b FROM t"},
      {kMaria, "SELECT /*M!100100 a, */ b FROM t", "SELECT|t|t", "SELECT a, b FROM t"},
      {kMaria, "SELECT /*M! a, */ b FROM t", "SELECT|t|t", "SELECT a, b FROM t"},
      {kMaria, "SELECT /*M!110100 planted */ b FROM t", "SELECT|t|t", "SELECT b FROM t"},
      {kMaria, "SELECT /*!80000 planted */ b FROM t", "SELECT|t|t", "SELECT b FROM t"},
      {kMaria, "SELECT /*!50600 a, */ b FROM t", "SELECT|t|t", "SELECT a, b FROM t"},
      {kMaria, "SELECT /*!100100 a, */ b FROM t", "SELECT|t|t", "SELECT a, b FROM t"},
      {kMy, "SELECT /*!80000 planted", "SELECT||", "SELECT"},
      {kPg, "SELECT /*!50000 planted */ a FROM t", "SELECT|t|t", "SELECT a FROM t"},
  };
  check(kRows);
}

TEST(StatementTable, BackslashesAsTheModeSays) {
  constexpr Row kRows[] = {
      {kPgPlain, R"(SELECT 'C:\' AS p, 'planted' FROM t WHERE b = 1)", "SELECT|t|t",
       "SELECT ? AS p, ? FROM t WHERE b = ?"},
      {kPgPlain, R"(WITH x AS (SELECT 1 WHERE 'a' LIKE '%\_%' ESCAPE '\') SELECT a FROM t)",
       "SELECT|t|t", "WITH x AS (SELECT ? WHERE ? LIKE ? ESCAPE ?) SELECT a FROM t"},
      {kPgPlain, R"(SELECT E'it\'s planted' FROM t)", "SELECT|t|t", "SELECT ? FROM t"},
      {kPgPlain, R"(SELECT E'C:\\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kPgPlain, "SELECT E'a'\n'it\\'s planted' FROM t", "SELECT|t|t", "SELECT ? FROM t"},
      {kPgPlain, "SELECT E'a' -- x\n 'b' -- y\n 'it\\'s planted', 'x' FROM t", "SELECT|t|t",
       "SELECT ?, ? FROM t"},
      {kPgPlain, "SELECT E'a' 'it\\'s planted' FROM t", "SELECT||", "SELECT ?"},
      {kPgPlain, "SELECT E'a' -- x\n, 'planted' FROM t", "SELECT|t|t", "SELECT ? , ? FROM t"},
      {kPgPlain, "SELECT 'a'\n'b\\', 'planted' FROM t", "SELECT|t|t", "SELECT ? ?, ? FROM t"},
      {kPgPlain, R"(SELECT U&'\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kPgPlain, R"(SELECT B'01\', X'\', N'\', 'planted' FROM t)", "SELECT|t|t",
       "SELECT ?, ?, ?, ? FROM t"},
      {kPgEscape, R"(SELECT 'it\'s planted', 'planted' FROM t)", "SELECT|t|t",
       "SELECT ?, ? FROM t"},
      {kPgEscape, R"(SELECT 'C:\\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kPgEscape, R"(SELECT B'\', 'planted' FROM t)", "SELECT||", "SELECT ?"},
      {kPgEscape, "SELECT \"a\\\", 'planted' FROM t", "SELECT|t|t", "SELECT \"a\\\", ? FROM t"},
      {kPg, R"(SELECT 'C:\', 'planted' FROM t)", "SELECT||", "SELECT ?"},
      {kPg, R"(SELECT 'C:\\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kPg, R"(SELECT 'C:\n\t', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kPg, R"(SELECT 'C:\\\', 'planted' FROM t)", "SELECT||", "SELECT ?"},
      {kMy, R"(SELECT 'C:\\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kMy, R"(SELECT 'it\'s planted' FROM t)", "SELECT|t|t", "SELECT ? FROM t"},
      {kMy, R"(SELECT "a\\", 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      // With ANSI_QUOTES a name.
      {kMy, R"(SELECT "a\", 'planted' FROM t)", "SELECT||", "SELECT ?"},
      {kMyPlain, R"(SELECT "a\", 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kMy, "SELECT `a\\`, 'planted' FROM t", "SELECT|t|t", "SELECT `a\\`, ? FROM t"},
      {kMyPlain, R"(SELECT 'C:\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kMyUnsure, R"(SELECT 'C:\', 'planted' FROM t)", "SELECT||", "SELECT ?"},
      {kMyUnsure, R"(SELECT 'C:\\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kMy, "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT 'C:\\', 'planted'", "SET||",
       "SET sql_mode = ?; SELECT ?"},
      {kMs, R"(SELECT 'C:\', 'planted' FROM t)", "SELECT|t|t", "SELECT ?, ? FROM t"},
      {kMs, R"(SELECT "planted", a FROM "t")", "SELECT|t|t", "SELECT ?, a FROM ?"},
      {kAny, R"(SELECT "planted", a FROM "t")", "SELECT|t|t", "SELECT ?, a FROM ?"},
      {kAny, R"(SELECT 'a\', 'planted')", "SELECT||", "SELECT ?"},
      {kAny, "SELECT [it's], 'planted' FROM t", "SELECT||", "SELECT [it?"},
      {kAny, "SELECT [it], a['x'], 'planted' FROM t", "SELECT|t|t", "SELECT [it], a[?], ? FROM t"},
      {kAny, "SELECT $a$planted$a$, 'x' FROM t", "SELECT||", "SELECT ?"},
  };
  check(kRows);
}

}  // namespace
}  // namespace obi::protocol::sql
