// SPDX-License-Identifier: Apache-2.0
#include "model/event_type_set.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace obi::model {
namespace {

EventTypeSet selected(const std::vector<std::string>& names) { return selected_types(names); }

TEST(EventTypeSet, HasWhatWasAdded) {
  constexpr EventTypeSet kSet = {EventType::kHttpServer, EventType::kAerospikeClient};
  EXPECT_TRUE(kSet.has(EventType::kHttpServer));
  EXPECT_TRUE(kSet.has(EventType::kAerospikeClient));
  EXPECT_FALSE(kSet.has(EventType::kHttpClient));
  EXPECT_FALSE(kSet.has(EventType::kNone));
  EXPECT_FALSE(EventTypeSet::all().has(EventType::kNone));
  EXPECT_EQ(kSet & EventTypeSet({EventType::kHttpServer, EventType::kDns}),
            EventTypeSet{EventType::kHttpServer});
  EXPECT_TRUE((kSet & EventTypeSet{EventType::kDns}).empty());
}

TEST(SelectedTypes, BothSidesOfAProtocolShareASelector) {
  const EventTypeSet types = selected({"redis", "sql"});
  for (const EventType type : {EventType::kRedisClient, EventType::kRedisServer,
                               EventType::kSqlClient, EventType::kSqlServer}) {
    EXPECT_TRUE(types.has(type)) << info_of(type).printed;
  }
  EXPECT_FALSE(types.has(EventType::kHttpServer));
  EXPECT_FALSE(types.has(EventType::kMongoClient));
}

TEST(SelectedTypes, AStarIsEverything) {
  EXPECT_EQ(selected({"http", "*"}), EventTypeSet::all());
  EXPECT_EQ(selected({"all"}), EventTypeSet::all());
}

TEST(SelectedTypes, AFailedConnectionIsAlwaysSelected) {
  EXPECT_EQ(selected({}), EventTypeSet{EventType::kFailedConnect});
  EXPECT_EQ(selected({"", "no such", "HTTP"}), EventTypeSet{EventType::kFailedConnect});
}

}  // namespace
}  // namespace obi::model
