// SPDX-License-Identifier: Apache-2.0
// The classifier held against paths of public APIs (testdata/api_paths.txt): how many come out as a
// person would write them, how many identifiers go, how many fixed segments stay.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/routes/path_clusterer.hpp"
#include "support/source_folder.hpp"

namespace obi::pipeline {
namespace {

struct Share {
  int right = 0;
  int all = 0;
  std::string wrong;
  void add(bool is_right, std::string_view what) {
    ++all;
    right += is_right ? 1 : 0;
    if (!is_right) wrong.append("\n  ").append(what);
  }
  [[nodiscard]] double percent() const { return all == 0 ? 0 : 100.0 * right / all; }
};

struct Shares {
  Share paths;
  Share identifiers;  ///< segments that must go
  Share words;        ///< segments that must stay
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  for (std::size_t end = 0; end != std::string_view::npos; path.remove_prefix(end + 1)) {
    end = path.find('/');
    segments.push_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
  }
  return segments;
}

/// One line of the list: the path, a tab, the route ('*' must go, '?' may, else must stay).
void compare(std::string_view line, Shares& shares) {
  const std::size_t tab = line.find('\t');
  const std::string_view path = line.substr(0, tab);
  std::string route;
  cluster_path(path, '*', route);
  const auto given = segments_of(path);
  const auto expected = segments_of(line.substr(tab + 1));
  const auto seen = segments_of(route);
  bool right = seen.size() == expected.size();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == "?") continue;
    const std::string_view segment = i < seen.size() ? seen[i] : "(cut)";
    const bool is_right = segment == expected[i];
    right &= is_right;
    if (expected[i].empty()) continue;
    (expected[i] == "*" ? shares.identifiers : shares.words).add(is_right, given[i]);
  }
  shares.paths.add(right, std::string(path) + " → " + route);
}

Shares shares_of(const std::string& file) {
  Shares shares;
  std::ifstream lines(support::source_folder() + "/src/pipeline/routes/testdata/" + file);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('/')) compare(line, shares);
  }
  return shares;
}

TEST(ApiPaths, ComeOutAsAPersonWouldWriteThem) {
  const Shares shares = shares_of("api_paths.txt");
  ASSERT_GE(shares.paths.all, 400);
  RecordProperty("paths_right", shares.paths.right);
  EXPECT_GE(shares.paths.percent(), 95) << shares.paths.wrong;
  EXPECT_GE(shares.identifiers.percent(), 99) << shares.identifiers.wrong;
  EXPECT_GE(shares.words.percent(), 97) << shares.words.wrong;
}

}  // namespace
}  // namespace obi::pipeline
