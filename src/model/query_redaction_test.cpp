// SPDX-License-Identifier: Apache-2.0
#include "model/query_redaction.hpp"

#include <gtest/gtest.h>

namespace obi::model {
namespace {

std::string redacted(std::string_view query, const QueryRedaction& redaction = QueryRedaction()) {
  base::Arena arena;
  return std::string(redaction.redact(query, arena));
}

TEST(QueryRedaction, HidesTheValuesOfSensitiveKeysOnly) {
  EXPECT_EQ(redacted("token=abc&page=2&sig=x"), "token=REDACTED&page=2&sig=REDACTED");
  EXPECT_EQ(redacted("a=1&password="), "a=1&password=REDACTED");
  EXPECT_EQ(redacted("password=a=b=c"), "password=REDACTED");
}

TEST(QueryRedaction, KeysAreComparedByCaseAndAsAWhole) {
  EXPECT_EQ(redacted("Token=abc"), "Token=abc");
  EXPECT_EQ(redacted("mytoken=abc"), "mytoken=abc");
  EXPECT_EQ(redacted("Signature=x&signature=y"), "Signature=REDACTED&signature=REDACTED");
}

TEST(QueryRedaction, AnEncodedKeyIsNoWayRoundAndStaysAsSent) {
  EXPECT_EQ(redacted("%74oken=abc"), "%74oken=REDACTED");
  EXPECT_EQ(redacted("pass%77ord=abc"), "pass%77ord=REDACTED");
  EXPECT_EQ(redacted("api%5fkey=abc&api%5Fkey=d"), "api%5fkey=REDACTED&api%5Fkey=REDACTED");
}

TEST(QueryRedaction, BrokenEncodingIsOrdinaryText) {
  for (const char* query : {"%", "%7", "%zz=1", "%7=token", "&&", "=", "=x", "%=%", "token"}) {
    EXPECT_EQ(redacted(query), query);
  }
}

TEST(QueryRedaction, EmptyPartsStay) {
  EXPECT_EQ(redacted("&token=a&&b=2&"), "&token=REDACTED&&b=2&");
}

TEST(QueryRedaction, ConfiguredKeysJoinAndLeave) {
  const QueryRedaction redaction({"tenant"}, {"token", "unknown"});
  EXPECT_EQ(redacted("token=a&tenant=b&pwd=c", redaction), "token=a&tenant=REDACTED&pwd=REDACTED");
}

TEST(QueryRedaction, WithoutSecretsTheQueryItselfComesBack) {
  const QueryRedaction redaction;
  base::Arena arena;
  const std::string long_key(5000, '%');
  for (const std::string& query :
       {std::string("page=2&sort=asc"), std::string(), long_key + "41=x"}) {
    const std::string_view result = redaction.redact(query, arena);
    EXPECT_EQ(result.data(), query.data());
    EXPECT_EQ(result.size(), query.size());
  }
  EXPECT_EQ(arena.used_bytes(), 0U);
}

}  // namespace
}  // namespace obi::model
