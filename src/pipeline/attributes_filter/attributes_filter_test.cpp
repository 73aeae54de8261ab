// SPDX-License-Identifier: Apache-2.0
#include "pipeline/attributes_filter/attributes_filter.hpp"

#include <gtest/gtest.h>

#include <map>

#include "pipeline/span_fixture.hpp"

namespace obi::pipeline {
namespace {

class Filter : public testing::Test {
 protected:
  std::size_t left(std::map<std::string, AttributeCondition> conditions) {
    auto filter = AttributesFilter::create({.conditions = std::move(conditions)}, ledger_);
    EXPECT_TRUE(filter) << filter.error().message;
    model::SpanBatch batch;
    batch.spans = {span_of(1), span_of(1)};
    batch.spans[1].status = 503;
    batch.spans[1].path = "/internal/x";
    for (model::Span& span : batch.spans) span.service = named("shop");
    filter->process(batch);
    return batch.spans.size();
  }
  model::Ledger ledger_;
};

TEST_F(Filter, KeepsWhatMatchesEveryCondition) {
  EXPECT_EQ(left({{"url_path", {.not_match = "/internal/*"}}}), 1U);
  EXPECT_EQ(left({{"url.path", {.match = "*"}}}), 2U);
  EXPECT_EQ(left({{"http.response.status_code", {.greater_equals = 500, .less_than = 600}}}), 1U);
  EXPECT_EQ(left({{"service.name", {.match = "shop"}}, {"http.request.method", {.match = "POST"}}}),
            0U);
  EXPECT_EQ(left({{"url.path", {.equals = 5}}}), 0U);
  EXPECT_EQ(ledger_.get(model::Reason::SpansFiltered), 1U + 1U + 2U + 2U);
}

TEST_F(Filter, RefusesWhatCannotBeMeant) {
  for (const auto& [name, condition] :
       std::map<std::string, AttributeCondition>{{"no.such.attribute", {.match = "*"}},
                                                 {"url.path", {}},
                                                 {"url.scheme", {.match = "a", .not_match = "b"}},
                                                 {"http.route", {.match = "[a"}},
                                                 {"server.port", {.match = "*", .equals = 1}}}) {
    EXPECT_FALSE(AttributesFilter::create({.conditions = {{name, condition}}}, ledger_)) << name;
  }
}

TEST_F(Filter, AddressesWithoutANameAreMatchedAsMetricsReportThem) {
  EXPECT_EQ(left({{"client.address", {.match = "incoming"}}}), 2U);
  EXPECT_EQ(left({{"server", {.not_match = "unresolved"}}}), 0U);
}

TEST_F(Filter, AttributesThatASpanLacksAreEmpty) {
  EXPECT_EQ(left({{"k8s_namespace_name", {.match = "prod-*"}}}), 0U);
  EXPECT_EQ(left({{"rpc.method", {.not_match = "Check"}}}), 2U);
  EXPECT_EQ(left({{"db.operation.name", {.equals = 0}}}), 0U);
}

TEST_F(Filter, WhatADatabaseIsAskedCanBeReported) {
  const model::DatabaseCall redis = {.system = "redis"};
  const model::DatabaseCall mysql = {.system = "mysql"};
  const auto left_of_three = [&](std::map<std::string, AttributeCondition> conditions) {
    auto filter = AttributesFilter::create({.conditions = std::move(conditions)}, ledger_);
    EXPECT_TRUE(filter) << filter.error().message;
    model::SpanBatch batch;
    batch.spans = {span_of(1), span_of(1, model::EventType::kRedisClient),
                   span_of(1, model::EventType::kSqlClient)};
    batch.spans[1].database = &redis;
    batch.spans[2].database = &mysql;
    batch.spans[2].method = "SELECT";
    batch.spans[2].path = "users";
    filter->process(batch);
    std::string types;
    for (const model::Span& span : batch.spans) types += model::info_of(span.type).printed[0];
    return types;
  };
  EXPECT_EQ(left_of_three({{"db.system.name", {.match = "redis"}}}), "R");
  EXPECT_EQ(left_of_three({{"db_system_name", {.not_match = "my*"}}}), "HR");
  EXPECT_EQ(left_of_three({{"db.operation.name", {.not_match = "GET"}}}), "HS");
  EXPECT_EQ(left_of_three({{"db.collection.name", {.match = "users"}}}), "S");
}

TEST_F(Filter, NumericConditionsMustAllHold) {
  EXPECT_EQ(left({{"server.port",
                   {.equals = 80, .not_equals = 81, .greater_than = 79, .less_equals = 80}}}),
            2U);
  EXPECT_EQ(left({{"server.port", {.greater_than = 80}}}), 0U);
  EXPECT_EQ(left({{"server.port", {.less_than = 80}}}), 0U);
}

TEST_F(Filter, WhatNeitherTracesNorMetricsMayTakeIsRemoved) {
  auto filter = AttributesFilter::create({}, ledger_);
  ASSERT_TRUE(filter);
  model::SpanBatch batch;
  batch.spans = {span_of(1), span_of(1), span_of(1)};
  batch.spans[0].ignore_traces = batch.spans[0].ignore_metrics = true;
  batch.spans[1].ignore_traces = true;
  filter->process(batch);
  EXPECT_EQ(batch.spans.size(), 2U);
  EXPECT_EQ(ledger_.get(model::Reason::SpansFiltered), 1U);
}

TEST_F(Filter, AMistakeNamesItsPlace) {
  const auto refused =
      AttributesFilter::create({.conditions = {{"url.pth", {.match = "*"}}}}, ledger_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "filter.application.url.pth: there is no such attribute");
}

}  // namespace
}  // namespace obi::pipeline
