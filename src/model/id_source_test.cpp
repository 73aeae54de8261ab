// SPDX-License-Identifier: Apache-2.0
#include "model/id_source.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace obi::model {
namespace {

TEST(IdSource, ASeedMakesIdsRepeatable) {
  const auto first_id = [](std::uint64_t seed) { return to_hex(IdSource(seed).next_trace_id()); };
  EXPECT_EQ(first_id(5), first_id(5));
  EXPECT_NE(first_id(5), first_id(6));
  EXPECT_NE(first_id(0), first_id(0));
}

TEST(IdSource, AnIdIsNeverZeroAndNeverRepeated) {
  IdSource ids(1);
  std::set<std::string> traces;
  std::set<std::string> spans;
  for (int i = 0; i < 5000; ++i) {
    traces.insert(to_hex(ids.next_trace_id()));
    spans.insert(to_hex(ids.next_span_id()));
  }
  EXPECT_EQ(traces.size(), 5000U);
  EXPECT_EQ(spans.size(), 5000U);
  EXPECT_EQ(traces.count(std::string(32, '0')) + spans.count(std::string(16, '0')), 0U);
}

}  // namespace
}  // namespace obi::model
