// SPDX-License-Identifier: Apache-2.0
#include "pipeline/read_decorator/read_decorator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "pipeline/span_fixture.hpp"

namespace obi::pipeline {
namespace {

class FakeLookup final : public ServiceLookup {
 public:
  Found find(std::uint32_t pid, std::uint64_t ns) const override {
    if (pid == 3) return ns < 50 ? Found{services.at(1), 0, 50} : Found{services.at(2), 50};
    const auto found = services.find(pid);
    return found == services.end() ? Found{} : Found{.service = found->second};
  }
  std::map<std::uint32_t, model::ServiceRef> services;
};

TEST(ReadDecorator, GivesServiceAndIdsAndRemovesStrangers) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger);
  model::SpanBatch batch;
  batch.spans = {span_of(1), span_of(2), span_of(1)};
  batch.spans[2].trace_id.bytes[0] = 7;
  decorator.process(batch);
  ASSERT_EQ(batch.spans.size(), 2U);
  EXPECT_EQ(ledger.get(model::Reason::SpansNoService), 1U);
  EXPECT_EQ(batch.spans[0].service->name, "shop");
  EXPECT_TRUE(batch.spans[0].trace_id.is_set() && batch.spans[0].span_id.is_set());
  EXPECT_EQ(batch.spans[0].trace_flags, 1);
  EXPECT_EQ(batch.spans[1].trace_id.bytes[0], 7);
  EXPECT_NE(batch.spans[0].span_id, batch.spans[1].span_id);
}

TEST(ReadDecorator, ASpanIsOfTheProgramThatRanThen) {
  FakeLookup lookup;
  lookup.services[1] = named("shell");
  lookup.services[2] = named("worker");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger, 1);
  model::SpanBatch batch;
  batch.spans = {span_of(3), span_of(3), span_of(3)};
  batch.spans[0].start_ns = 49;
  batch.spans[1].start_ns = 50;
  batch.spans[2].start_ns = 10;
  decorator.process(batch);
  EXPECT_EQ(batch.spans[0].service->name, "shell");
  EXPECT_EQ(batch.spans[1].service->name, "worker");
  EXPECT_EQ(batch.spans[2].service->name, "shell");
}

TEST(ReadDecorator, ASeedMakesIdsRepeatable) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  const auto first_id = [&](std::uint64_t seed) {
    ReadDecorator decorator(lookup, ledger, seed);
    model::SpanBatch batch;
    batch.spans = {span_of(1)};
    decorator.process(batch);
    return to_hex(batch.spans[0].trace_id);
  };
  EXPECT_EQ(first_id(5), first_id(5));
  EXPECT_NE(first_id(5), first_id(6));
  EXPECT_NE(first_id(0), first_id(0));
}

TEST(ReadDecorator, AFreshIdIsNeverZeroAndNeverRepeated) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger, 1);
  model::SpanBatch batch;
  batch.spans.assign(5000, span_of(1));
  decorator.process(batch);
  std::set<std::string> traces;
  std::set<std::string> spans;
  for (const model::Span& span : batch.spans) {
    traces.insert(to_hex(span.trace_id));
    spans.insert(to_hex(span.span_id));
  }
  EXPECT_EQ(traces.size(), 5000U);
  EXPECT_EQ(spans.size(), 5000U);
  EXPECT_EQ(traces.count(std::string(32, '0')) + spans.count(std::string(16, '0')), 0U);
}

TEST(ReadDecorator, IdsThatTheRequestBroughtStayWithTheirFlags) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger, 1);
  model::SpanBatch batch;
  batch.spans = {span_of(1)};
  batch.spans[0].trace_id.bytes[15] = 9;
  batch.spans[0].span_id.bytes[7] = 8;
  decorator.process(batch);
  EXPECT_EQ(to_hex(batch.spans[0].trace_id), "00000000000000000000000000000009");
  EXPECT_EQ(to_hex(batch.spans[0].span_id), "0000000000000008");
  EXPECT_EQ(batch.spans[0].trace_flags, 0);
}

}  // namespace
}  // namespace obi::pipeline
