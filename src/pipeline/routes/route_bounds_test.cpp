// SPDX-License-Identifier: Apache-2.0
// Identifiers at random must not make a route each: of 60 of a kind so many different routes at
// most. Those of few letters are like words by chance, which is what their limits are for.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/routes/path_clusterer.hpp"

namespace obi::pipeline {
namespace {

constexpr int kSample = 60;
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kBase62 =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kUlid = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kPod = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::string_view kDigits = "0123456789";

// Standard engine, no distributions: the same everywhere.
std::mt19937 g_random(4711);

std::string at_random(std::size_t size, std::string_view alphabet) {
  std::string text;
  while (text.size() < size) text += alphabet[g_random() % alphabet.size()];
  return text;
}

std::size_t routes_of(const std::function<std::string()>& make) {
  std::set<std::string> routes;
  std::string route;
  for (int i = 0; i < kSample; ++i) {
    cluster_path("/items/" + make() + "/detail", '*', route);
    routes.insert(route);
  }
  return routes.size();
}

struct IdentifierKind {
  const char* name;
  std::size_t most_routes;
  std::function<std::string()> make;
};

const std::vector<IdentifierKind>& kinds() {
  const auto hex = [](std::size_t size) { return at_random(size, kHex); };
  static const std::vector<IdentifierKind> kKinds = {
      {"UUID", 1,
       [=] { return hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12); }},
      {"ULID", 1, [] { return "01" + at_random(24, kUlid); }},
      {"KSUID", 1, [] { return at_random(27, kBase62); }},
      {"hex of 8", 1, [=] { return hex(8); }},
      {"hex of 32", 1, [=] { return hex(32); }},
      {"hex letters of 8", 1, [] { return at_random(8, "abcdef"); }},
      {"number", 1, [] { return "1" + at_random(6, kDigits); }},
      {"date", 1,
       [] {
         return "20" + at_random(2, kDigits) + "-0" + at_random(1, kDigits) + "-1" +
                at_random(1, kDigits);
       }},
      {"release", 1,
       [] {
         return "v" + at_random(1, kDigits) + "." + at_random(2, kDigits) + "." +
                at_random(1, kDigits);
       }},
      {"phone", 1, [] { return "+49" + at_random(9, kDigits); }},
      {"e-mail", 1, [] { return at_random(6, kLetters) + "@example.com"; }},
      {"JWT", 1,
       [] {
         return "eyJ" + at_random(20, kBase62) + "." + at_random(40, kBase62) + "." +
                at_random(43, kBase62);
       }},
      {"co-ordinates", 1,
       [] {
         return "5" + at_random(1, kDigits) + "." + at_random(4, kDigits) + ",1" +
                at_random(1, kDigits) + "." + at_random(4, kDigits);
       }},
      {"pod", 1, [] { return "web-" + at_random(10, kPod) + "-" + at_random(5, kPod); }},
      {"bundle", 2, [=] { return "app." + hex(8) + ".js"; }},
      {"prefixed", 2, [] { return "cus_" + at_random(14, kBase62); }},
      {"base62 of 11", 3, [] { return at_random(11, kBase62); }},
      {"base62 of 8", 4, [] { return at_random(8, kBase62); }},
      {"base62 of 6", 8, [] { return at_random(6, kBase62); }},
      {"base36 of 8", 4, [] { return at_random(8, kBase36); }},
      {"letters of 12", 6, [] { return at_random(12, kLetters); }},
      {"letters of 8", 10, [] { return at_random(8, kLetters); }},
      {"letters of 6", 12, [] { return at_random(6, kLetters); }},
  };
  return kKinds;
}

TEST(RouteBounds, IdentifiersAtRandomMakeFewRoutes) {
  for (const IdentifierKind& kind : kinds()) {
    EXPECT_LE(routes_of(kind.make), kind.most_routes) << kind.name;
  }
}

}  // namespace
}  // namespace obi::pipeline
