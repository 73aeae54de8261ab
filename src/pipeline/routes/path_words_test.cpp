// SPDX-License-Identifier: Apache-2.0
// The word test held against two lists: segments that people give to paths, and made-up identifiers
// (testdata/path_words.txt, testdata/path_identifiers.txt).
#include "pipeline/routes/path_words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "pipeline/routes/path_clusterer.hpp"
#include "pipeline/routes/path_segment.hpp"
#include "support/source_folder.hpp"

namespace obi::pipeline {
namespace {

struct Clustered {
  std::string kept;  ///< those that stay, listed
  std::string lost;
  std::size_t kept_count = 0;
  std::size_t count = 0;
};

Clustered cluster_segments(const std::string& file) {
  Clustered result;
  std::ifstream segments(support::source_folder() + "/src/pipeline/routes/testdata/" + file);
  std::string route;
  for (std::string segment; std::getline(segments, segment);) {
    if (segment.starts_with('#')) continue;
    cluster_path("/" + segment, '*', route);
    const bool kept = route != "/*";
    (kept ? result.kept : result.lost).append(" ").append(segment);
    result.kept_count += kept ? 1 : 0;
    ++result.count;
  }
  return result;
}

TEST(PathWords, NearlyEveryWordStays) {
  const Clustered words = cluster_segments("path_words.txt");
  ASSERT_GE(words.count, 327U);
  EXPECT_LE(words.count - words.kept_count, words.count / 100) << words.lost;
}

TEST(PathWords, NearlyEveryIdentifierGoes) {
  const Clustered identifiers = cluster_segments("path_identifiers.txt");
  ASSERT_GE(identifiers.count, 182U);
  EXPECT_LE(identifiers.kept_count, identifiers.count / 100) << identifiers.kept;
}

TEST(PathWords, TheTablesAreWordsInAnyCaseAndNumber) {
  for (const std::string_view word : path_words()) {
    std::string upper(word);
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
    EXPECT_TRUE(is_path_word(word)) << word;
    EXPECT_TRUE(is_path_word(upper)) << word;
  }
  EXPECT_TRUE(is_path_word("webhooks"));
  EXPECT_FALSE(is_path_word(""));
  EXPECT_FALSE(is_path_word("s"));
  EXPECT_FALSE(is_path_word(std::string(kMaxPathWord, 'x') + "html"));
}

TEST(PathWords, TheUsualWordsOfApisStayWithoutException) {
  for (const char* word :
       {"users", "orders", "api", "checkout", "v1", "v2", "login", "health", "metrics", "catalogue",
        "products", "search", "items", "cart", "payments"}) {
    std::string route;
    cluster_path(std::string("/") + word, '*', route);
    EXPECT_EQ(route, std::string("/") + word);
  }
}

}  // namespace
}  // namespace obi::pipeline
