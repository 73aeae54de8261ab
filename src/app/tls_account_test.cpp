// SPDX-License-Identifier: Apache-2.0
#include "app/tls_account.hpp"

#include <gtest/gtest.h>

#include <map>

namespace obi::app {
namespace {

TEST(TlsAccount, CountsByNameUpToABound) {
  TlsAccount account;
  for (std::size_t i = 0; i < TlsAccount::kMaxNames; ++i) account.add("p" + std::to_string(i));
  account.add("p0");
  account.add("late");
  account.add("later");
  std::map<std::string, std::uint64_t> counts;
  for (const auto& row : account.rows()) counts[row.process_name] = row.count;
  EXPECT_EQ(counts.size(), TlsAccount::kMaxNames + 1);
  EXPECT_EQ(counts["p0"], 2U);
  EXPECT_EQ(counts[TlsAccount::kOther], 2U);
}

}  // namespace
}  // namespace obi::app
