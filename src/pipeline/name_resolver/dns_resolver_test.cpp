// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/dns_resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "pipeline/span_fixture.hpp"

namespace obi::pipeline {
namespace {

class DnsResolverTest : public testing::Test {
 protected:
  // The name that the address has now; "" if there is none.
  std::string name_of(DnsResolver& resolver, model::IpAddress address = ipv4(10, 0, 0, 2)) {
    const auto found = resolver.resolve(address, std::chrono::steady_clock::now(), arena_);
    return found ? std::string(found->name) : std::string();
  }
  base::Arena arena_;
};

TEST_F(DnsResolverTest, ALookUpNeverHoldsUpTheSpanThatCausedIt) {
  std::promise<void> go;
  DnsResolver resolver({.reverse_lookup = [&](const model::IpAddress&) {
    go.get_future().wait();
    return std::string("db.internal.");
  }});
  EXPECT_EQ(name_of(resolver), "");
  go.set_value();
  resolver.settle();
  EXPECT_EQ(name_of(resolver), "db.internal.");
}

TEST_F(DnsResolverTest, WhatHasNoNameIsAskedForOnce) {
  std::atomic<int> asked = 0;
  DnsResolver resolver({.reverse_lookup = [&](const model::IpAddress&) {
    ++asked;
    return std::string();
  }});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(name_of(resolver), "");
    resolver.settle();
  }
  EXPECT_EQ(asked, 1);
}

TEST_F(DnsResolverTest, AnExpiredNameServesUntilTheNewOneIsThere) {
  std::atomic<int> asked = 0;
  DnsResolver resolver(
      {.cache_expiry = std::chrono::nanoseconds(0), .reverse_lookup = [&](const model::IpAddress&) {
         return "name" + std::to_string(++asked);
       }});
  name_of(resolver);
  resolver.settle();
  EXPECT_EQ(name_of(resolver), "name1");
  resolver.settle();
  EXPECT_EQ(name_of(resolver), "name2");
  resolver.settle();
}

TEST_F(DnsResolverTest, TheAddressNotSeenForTheLongestTimeIsForgotten) {
  std::atomic<int> asked = 0;
  DnsResolver resolver({.cache_len = 2, .reverse_lookup = [&](const model::IpAddress& address) {
                          ++asked;
                          return "host" + std::to_string(address.bytes[15]);
                        }});
  for (const int last : {1, 2, 1, 3, 1}) {
    name_of(resolver, ipv4(10, 0, 0, static_cast<std::uint8_t>(last)));
    resolver.settle();
  }
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(name_of(resolver, ipv4(10, 0, 0, 1)), "host1");
  EXPECT_EQ(name_of(resolver, ipv4(10, 0, 0, 2)), "");
  resolver.settle();
}

TEST_F(DnsResolverTest, AFloodOfAddressesIsAskedForInBoundedPortions) {
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> asked = 0;
  DnsResolver resolver({.cache_len = 10'000, .reverse_lookup = [&, gone](const model::IpAddress&) {
                          gone.wait();
                          ++asked;
                          return std::string("x");
                        }});
  for (int i = 0; i < 2000; ++i) {
    name_of(resolver, ipv4(10, 1, static_cast<std::uint8_t>(i / 250),
                           static_cast<std::uint8_t>(1 + i % 250)));
  }
  go.set_value();
  resolver.settle();
  EXPECT_GE(asked, 1);
  EXPECT_LE(asked, static_cast<int>(DnsResolver::kMaxWaiting) + 1);  // one was under way
}

TEST_F(DnsResolverTest, TheEndDoesNotWaitForALookUp) {
  struct Gate {
    std::promise<void> entered, go, left;
  };
  const auto gate = std::make_shared<Gate>();
  {
    DnsResolver resolver({.reverse_lookup = [gate](const model::IpAddress&) {
      gate->entered.set_value();
      gate->go.get_future().wait();
      gate->left.set_value();
      return std::string();
    }});
    name_of(resolver);
    gate->entered.get_future().wait();
  }  // would hang here
  gate->go.set_value();
  gate->left.get_future().wait();
}

}  // namespace
}  // namespace obi::pipeline
