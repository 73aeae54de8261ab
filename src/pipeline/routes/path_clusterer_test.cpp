// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/path_clusterer.hpp"

#include <gtest/gtest.h>

namespace obi::pipeline {
namespace {

std::string cluster(std::string_view path) {
  std::string out = "left over";
  cluster_path(path, '*', out);
  return out;
}

TEST(PathClusterer, KeepsWordsAndReplacesIdentifiers) {
  EXPECT_EQ(cluster("/users/42/orders"), "/users/*/orders");
  EXPECT_EQ(cluster("/api/v1/products/9f8e7d6c"), "/api/v1/products/*");
  EXPECT_EQ(cluster("/files/550e8400-e29b-41d4-a716-446655440000"), "/files/*");
  EXPECT_EQ(cluster("/health"), "/health");
  EXPECT_EQ(cluster("/"), "/");
  EXPECT_EQ(cluster(""), "");
  EXPECT_EQ(cluster("/static/app.min.js"), "/static/app.min.js");
}

TEST(PathClusterer, TheQueryIsNoPartOfTheRoute) {
  EXPECT_EQ(cluster("/search?q=1"), "/search");
  EXPECT_EQ(cluster("/search#top"), "/search");
}

TEST(PathClusterer, ThePathEndsBeforeItsTenthSeparator) {
  EXPECT_EQ(cluster("/a/b/c/d/e/f/g/h/i"), "/a/b/c/d/e/f/g/h/i");
  EXPECT_EQ(cluster("/a/b/c/d/e/f/g/h/i/j/k/l"), "/a/b/c/d/e/f/g/h/i");
  EXPECT_EQ(cluster("/a/b/c/d/e/f/g/h/7/j"), "/a/b/c/d/e/f/g/h/*");
  EXPECT_EQ(cluster("////////////"), "/////////");
}

TEST(PathClusterer, OneDigitInSecondPlaceIsForgiven) {
  EXPECT_EQ(cluster("/v1beta/k6-test-runs/7"), "/v1beta/k6-test-runs/*");
  EXPECT_EQ(cluster("/1v/p2p4"), "/*/*");
}

TEST(PathClusterer, JoinersInFrontBehindAndInARowMeanNothing) {
  for (const char* path :
       {"/_search", "/-/health", "/__health__", "/.well-known/openid-configuration",
        "/products/_doc", "/main...dev", "/snake__case", "/trailing-", "/-"}) {
    EXPECT_EQ(cluster(path), path);
  }
  EXPECT_EQ(cluster("/_x9k2qz/.git42/--4f1a"), "/*/*/*");
}

TEST(PathClusterer, NamesOfFilesStayUnlessTheyHoldAnIdentifier) {
  for (const char* path : {"/robots.txt", "/index.php", "/a.txt", "/report.csv", "/lato.woff2",
                           "/backup.tar.gz", "/banner@2x.png", "/404.html", "/config.yml"}) {
    EXPECT_EQ(cluster(path), path);
  }
  EXPECT_EQ(cluster("/app.3f2a1b4c.js"), "/*");
  EXPECT_EQ(cluster("/report-2024.csv"), "/*");
  EXPECT_EQ(cluster("/user@example.com"), "/*");
}

TEST(PathClusterer, DigitsInWordsStay) {
  for (const char* path :
       {"/oauth2/token", "/api/v10", "/networking.k8s.io", "/base64", "/v1.43/info", "/v1p1beta1",
        "/log4j", "/envoy.service.v3.Discovery", "/struts2", "/2fa/setup", "/$metadata"}) {
    EXPECT_EQ(cluster(path), path);
  }
  EXPECT_EQ(cluster("/oauth23/v123/v1.2.3/base6464/$4711/k8s9"), "/*/*/*/*/*/*");
}

TEST(PathClusterer, BareNumbersAreVersionsOnlyWhereApisHaveThem) {
  EXPECT_EQ(cluster("/rest/api/2/issue"), "/rest/api/2/issue");
  EXPECT_EQ(cluster("/rest/api/2"), "/rest/api/*");
  EXPECT_EQ(cluster("/rest/issue/2/votes"), "/rest/issue/*/votes");
  EXPECT_EQ(cluster("/data/2.5/weather"), "/data/2.5/weather");
  EXPECT_EQ(cluster("/rating/2.5"), "/rating/*");
  EXPECT_EQ(cluster("/2010-04-01/Accounts"), "/2010-04-01/Accounts");
  EXPECT_EQ(cluster("/days/2010-04-01/events"), "/days/*/events");
}

TEST(PathClusterer, LettersThrownTogetherGo) {
  EXPECT_EQ(cluster("/deadbeef/abcdefab"), "/*/*");
  EXPECT_EQ(cluster("/AbStReDo/createdAt"), "/*/createdAt");
}

TEST(PathClusterer, EmptyAndTrailingSegmentsStay) {
  EXPECT_EQ(cluster("/products//org/3"), "/products//org/*");
  EXPECT_EQ(cluster("/products/"), "/products/");
  EXPECT_EQ(cluster("123/"), "*/");
}

TEST(PathClusterer, CommonPathWordsStay) {
  for (const char* word :
       {"users",     "orders",        "api",          "checkout",      "login",
        "metrics",   "catalogue",     "products",     "search",        "items",
        "cart",      "admin",         "settings",     "config",        "status",
        "invoices",  "payments",      "profile",      "avatar",        "download",
        "upload",    "assets",        "images",       "css",           "js",
        "index",     "html",          "comments",     "notifications", "messages",
        "customers", "shipping",      "reviews",      "http",          "kafka",
        "grpc",      "shopping-cart", "user_profile", "openapi.json",  "v1",
        "v2"}) {
    EXPECT_EQ(cluster(std::string("/") + word), std::string("/") + word);
  }
}

TEST(PathClusterer, IdentifiersGo) {
  for (const char* id : {"123", "a1b2c3", "550e8400e29b41d4a716446655440000", "xkqzvwpt",
                         "zzxqjkvb", "QWxhZGRpbg==", "507f1f77bcf86cd799439011",
                         "01ARZ3NDEKTSV4RRFFQ69G5FAV", "2024-01-31", "%41%42", "10.0.0.1"}) {
    EXPECT_EQ(cluster(std::string("/x/") + id), "/x/*") << id;
  }
}

}  // namespace
}  // namespace obi::pipeline
