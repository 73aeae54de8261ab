// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/name_resolver.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "pipeline/span_fixture.hpp"

namespace obi::pipeline {
namespace {

class Resolver : public testing::Test {
 protected:
  // One client span with the header through a resolver without DNS.
  static model::Span client(std::string_view header) {
    NameResolver resolver(AddressResolvers{});
    model::SpanBatch batch;
    batch.spans = {span_of(1, model::EventType::kHttpClient)};
    batch.spans[0].host_header = header;
    batch.spans[0].service = named("shop");
    resolver.process(batch);
    return batch.spans[0];
  }
};

// Names by a table, and counts how often it is asked.
class TableResolver final : public AddressResolver {
 public:
  using Table = std::map<std::uint8_t, AddressName>;  // by the last byte
  TableResolver(Table table, int& asked) : table_(std::move(table)), asked_(asked) {}
  std::optional<AddressName> resolve(const model::IpAddress& address, Clock::time_point,
                                     base::Arena&) override {
    ++asked_;
    const auto found = table_.find(address.bytes[15]);
    return found == table_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  Table table_;
  int& asked_;
};

// Ends 10.0.0.1 (client) and 10.0.0.2 (server).
class ResolverChain : public testing::Test {
 protected:
  model::Span resolve(TableResolver::Table first, TableResolver::Table second,
                      model::EventType type = model::EventType::kHttpClient) {
    AddressResolvers chain;
    chain.push_back(std::make_unique<TableResolver>(std::move(first), asked_first_));
    chain.push_back(std::make_unique<TableResolver>(std::move(second), asked_second_));
    NameResolver resolver(std::move(chain));
    model::SpanBatch batch;
    batch.spans = {span_of(1, type)};
    batch.spans[0].service = named("own", "shop");
    resolver.process(batch);
    return batch.spans[0];
  }
  int asked_first_ = 0;
  int asked_second_ = 0;
};

TEST_F(ResolverChain, TheFirstLinkThatHasANameGivesIt) {
  const model::Span span = resolve({{2, {"cart"}}}, {{1, {"web"}}, {2, {"other"}}});
  EXPECT_EQ(span.server_name, "cart");
  EXPECT_EQ(span.client_name, "web");
  EXPECT_EQ(asked_first_, 2);
  EXPECT_EQ(asked_second_, 1) << "only for what the first doesn't know";
}

TEST_F(ResolverChain, ANameOfWhichNothingIsLeftIsNone) {
  EXPECT_EQ(resolve({{2, {"."}}}, {{2, {"cart.shop.svc.cluster.local."}}}).server_name, "cart");
}

TEST_F(ResolverChain, WhatNoLinkKnowsIsNamedAsWithoutAny) {
  const model::Span span = resolve({}, {});
  EXPECT_EQ(span.server_name, "");
  EXPECT_EQ(span.client_name, "own");
}

TEST_F(ResolverChain, TheNamespaceIsThatOfTheOtherEnd) {
  const TableResolver::Table both = {{1, {"web", "front"}}, {2, {"cart", "back"}}};
  EXPECT_EQ(resolve(both, {}).other_namespace, "back");
  EXPECT_EQ(resolve(both, {}, model::EventType::kHttpServer).other_namespace, "front");
}

TEST_F(Resolver, EachSideIsItsOwnServiceWhenNothingBetterIsKnown) {
  NameResolver resolver(AddressResolvers{});
  model::SpanBatch batch;
  batch.spans = {span_of(1), span_of(1, model::EventType::kHttpClient)};
  for (model::Span& span : batch.spans) span.service = named("shop");
  resolver.process(batch);
  EXPECT_EQ(batch.spans[0].server_name, "shop");
  EXPECT_EQ(batch.spans[0].client_name, "");
  EXPECT_EQ(batch.spans[1].server_name, "");
  EXPECT_EQ(batch.spans[1].client_name, "shop");
}

TEST_F(Resolver, OfEveryProtocolTheClientsSideIsThatOfTheClient) {
  NameResolver resolver(AddressResolvers{});
  for (const model::EventTypeInfo& info : model::kEventTypes) {
    model::SpanBatch batch;
    batch.spans = {span_of(1, info.type)};
    batch.spans[0].service = named("shop");
    resolver.process(batch);
    EXPECT_EQ(batch.spans[0].client_name, info.is_client ? "shop" : "") << info.printed;
    EXPECT_EQ(batch.spans[0].server_name, info.is_client ? "" : "shop") << info.printed;
  }
}

TEST_F(Resolver, TheHostHeaderNamesTheServerOfAClient) {
  EXPECT_EQ(client("api.example.com:8080").server_name, "api.example.com");
  EXPECT_EQ(client("localhost").server_name, "localhost");
  for (const char* header : {"10.1.2.3:80", "[::1]:80", "", ":80"}) {
    EXPECT_EQ(client(header).server_name, "") << header;
  }
}

TEST_F(Resolver, AClusterNameInTheHeaderReportsTheNamespaceToo) {
  const model::Span span = client("cart.back.svc.cluster.local:8080");
  EXPECT_EQ(span.server_name, "cart");
  EXPECT_EQ(span.other_namespace, "back");
  EXPECT_EQ(client("cart.back:8080").server_name, "cart.back");
  EXPECT_EQ(client("cart.back:8080").other_namespace, "");
}

TEST_F(Resolver, CleansNames) {
  EXPECT_EQ(clean_name("cart.shop.svc.cluster.local.", "shop"), "cart");
  EXPECT_EQ(clean_name("cart.shop.svc.cluster.local.", "other"), "cart.shop");
  EXPECT_EQ(clean_name("10-1-0-7.cart.shop.svc.cluster.local", "shop"), "cart");
  EXPECT_EQ(clean_name("10-1-0-7", ""), "10-1-0-7");
  EXPECT_EQ(clean_name("a-1-b-2.cart", ""), "a-1-b-2.cart");
  EXPECT_EQ(clean_name("shop", "shop"), "shop");
  EXPECT_EQ(clean_name("workshop", "shop"), "workshop");
  EXPECT_EQ(clean_name("", "shop"), "");
  EXPECT_EQ(clean_name(".", ""), "");
}

}  // namespace
}  // namespace obi::pipeline
