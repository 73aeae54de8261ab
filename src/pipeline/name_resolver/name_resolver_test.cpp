// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/name_resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "pipeline/span_fixture.hpp"

namespace obi::pipeline {
namespace {

class Resolver : public testing::Test {
 protected:
  // One client span with the header through a resolver without DNS.
  static model::Span client(std::string_view header) {
    NameResolver resolver({});
    model::SpanBatch batch;
    batch.spans = {span_of(1, model::EventType::kHttpClient)};
    batch.spans[0].host_header = header;
    batch.spans[0].service = named("shop");
    resolver.process(batch);
    return batch.spans[0];
  }
  // The name that the server's address has now.
  static std::string server_name(NameResolver& resolver,
                                 model::IpAddress address = ipv4(10, 0, 0, 2)) {
    model::SpanBatch batch;
    batch.spans = {span_of(1, model::EventType::kHttpClient)};
    batch.spans[0].server.address = address;
    batch.spans[0].client.address = {};
    resolver.process(batch);
    return std::string(batch.spans[0].server_name);
  }
};

TEST_F(Resolver, ALookUpNeverHoldsUpTheSpanThatCausedIt) {
  std::promise<void> go;
  NameResolver resolver({.dns = true, .reverse_lookup = [&](const model::IpAddress&) {
                           go.get_future().wait();
                           return std::string("db.internal.");
                         }});
  EXPECT_EQ(server_name(resolver), "");
  go.set_value();
  resolver.settle();
  EXPECT_EQ(server_name(resolver), "db.internal");
}

TEST_F(Resolver, WhatHasNoNameIsAskedForOnce) {
  std::atomic<int> asked = 0;
  NameResolver resolver({.dns = true, .reverse_lookup = [&](const model::IpAddress&) {
                           ++asked;
                           return std::string();
                         }});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(server_name(resolver), "");
    resolver.settle();
  }
  EXPECT_EQ(asked, 1);
}

TEST_F(Resolver, AnExpiredNameServesUntilTheNewOneIsThere) {
  std::atomic<int> asked = 0;
  NameResolver resolver({.dns = true,
                         .cache_expiry = std::chrono::nanoseconds(0),
                         .reverse_lookup = [&](const model::IpAddress&) {
                           return "name" + std::to_string(++asked);
                         }});
  server_name(resolver);
  resolver.settle();
  EXPECT_EQ(server_name(resolver), "name1");
  resolver.settle();
  EXPECT_EQ(server_name(resolver), "name2");
  resolver.settle();
}

TEST_F(Resolver, TheAddressNotSeenForTheLongestTimeIsForgotten) {
  std::atomic<int> asked = 0;
  NameResolver resolver(
      {.dns = true, .cache_len = 2, .reverse_lookup = [&](const model::IpAddress& address) {
         ++asked;
         return "host" + std::to_string(address.bytes[15]);
       }});
  for (const int last : {1, 2, 1, 3, 1}) {
    server_name(resolver, ipv4(10, 0, 0, static_cast<std::uint8_t>(last)));
    resolver.settle();
  }
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(server_name(resolver, ipv4(10, 0, 0, 1)), "host1");
  EXPECT_EQ(server_name(resolver, ipv4(10, 0, 0, 2)), "");
  resolver.settle();
}

TEST_F(Resolver, AFloodOfAddressesIsAskedForInBoundedPortions) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> asked = 0;
  NameResolver resolver(
      {.dns = true, .cache_len = 10'000, .reverse_lookup = [&, gone](const model::IpAddress&) {
         gone.wait();
         ++asked;
         return std::string("x");
       }});
  for (int i = 0; i < 2000; ++i) {
    server_name(resolver, ipv4(10, 1, static_cast<std::uint8_t>(i / 250),
                               static_cast<std::uint8_t>(1 + i % 250)));
  }
  go.set_value();
  resolver.settle();
  EXPECT_GE(asked, 1);
  EXPECT_LE(asked, static_cast<int>(NameResolver::kMaxWaiting) + 1);  // one was under way
}

TEST_F(Resolver, TheEndDoesNotWaitForALookUp) {
  struct Gate {
    std::promise<void> entered, go, left;
  };
  const auto gate = std::make_shared<Gate>();
  {
    NameResolver resolver({.dns = true, .reverse_lookup = [gate](const model::IpAddress&) {
                             gate->entered.set_value();
                             gate->go.get_future().wait();
                             gate->left.set_value();
                             return std::string();
                           }});
    server_name(resolver);
    gate->entered.get_future().wait();
  }  // would hang here
  gate->go.set_value();
  gate->left.get_future().wait();
}

TEST_F(Resolver, EachSideIsItsOwnServiceWhenNothingBetterIsKnown) {
  NameResolver resolver({});
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
  NameResolver resolver({});
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
