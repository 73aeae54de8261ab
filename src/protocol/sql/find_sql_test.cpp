// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "protocol/sql/statement.hpp"

namespace obi::protocol::sql {
namespace {

TEST(Statement, LongTextsAreBounded) {
  std::string text = "SELECT a FROM t0";
  for (int i = 1; i < 3000; ++i) text += ", table_with_a_long_name_" + std::to_string(i);
  base::Arena arena;
  const Statement statement = analyse(text, Dialect::kPostgres, arena);
  EXPECT_LE(statement.text.size(), 4096U);
  EXPECT_GT(statement.text.size(), 4000U);
  EXPECT_LE(statement.summary.size(), 255U);
  EXPECT_TRUE(statement.summary.starts_with("SELECT t0 table_with_a_long_name_1 "));
  EXPECT_EQ(statement.table, "");
}

TEST(FindSql, TheStatementFromItsFirstKeywordOnInBytesOfAnyKind) {
  using namespace std::string_view_literals;
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"\x00\x01\x1aSELECT * FROM t\0rest"sv, "SELECT * FROM t"},
      {"..update t set a = 'x'", "update t set a = 'x'"},
      {"INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"},
      {"DELETE FROM t WHERE a = 1", "DELETE FROM t WHERE a = 1"},
      {"CREATE TABLE t (a int)", "CREATE TABLE t (a int)"},
      {"xxSELECT a FROM t", ""},
      {"SELECT 1", ""},
      {"please update the page", ""},
      {"select one of them", ""},
      {"GET /select HTTP/1.1", ""},
      {"set k 'SELECT a FROM t'", ""},
      {"", ""},
  };
  for (const auto& [bytes, expected] : cases) EXPECT_EQ(find_sql(bytes), expected) << bytes;
}

}  // namespace
}  // namespace obi::protocol::sql
