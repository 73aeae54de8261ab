// SPDX-License-Identifier: Apache-2.0
#include "pipeline/read_decorator/read_decorator.hpp"

#include <gtest/gtest.h>

#include <map>

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

TEST(ReadDecorator, GivesServicesAndRemovesStrangers) {
  FakeLookup lookup;
  lookup.services[1] = named("shop");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger);
  model::SpanBatch batch;
  batch.spans = {span_of(1), span_of(2), span_of(1)};
  decorator.process(batch);
  ASSERT_EQ(batch.spans.size(), 2U);
  EXPECT_EQ(ledger.get(model::Reason::SpansNoService), 1U);
  EXPECT_EQ(batch.spans[0].service->name, "shop");
}

TEST(ReadDecorator, ASpanIsOfTheProgramThatRanThen) {
  FakeLookup lookup;
  lookup.services[1] = named("shell");
  lookup.services[2] = named("worker");
  model::Ledger ledger;
  ReadDecorator decorator(lookup, ledger);
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

}  // namespace
}  // namespace obi::pipeline
