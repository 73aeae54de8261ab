// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/path_clusterer.hpp"

#include <algorithm>
#include <array>

#include "pipeline/routes/bigrams.hpp"

namespace obi::pipeline {
namespace {

constexpr int kCutAtSeparator = 10;
// Mean cost of a letter pair above which text is no word. The test's lists hold it: of usual path
// words a few are above it (kPathWords), of random letters few are below.
constexpr unsigned kMaxMeanCost = 345;

// Usual in paths, and not like English. Two letters alone are always taken for a word.
constexpr std::array<std::string_view, 23> kPathWords = {
    "api",  "aws",   "cdn", "css", "faq", "grpc", "html", "http", "https", "img", "json", "kafka",
    "mqtt", "oauth", "pdf", "png", "rpc", "sku",  "sql",  "svg",  "www",   "xml", "xhr"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_joiner(char c) { return c == '-' || c == '_' || c == '.'; }
bool is_word_character(char c) { return is_letter(c) || is_joiner(c) || c == ' '; }

bool is_path_word(std::string_view piece) {
  return std::ranges::any_of(kPathWords, [&](std::string_view known) {
    return std::ranges::equal(known, piece, [](char a, char b) { return a == lower(b); });
  });
}

bool is_word_piece(std::string_view piece) {
  if (piece.empty()) return false;
  unsigned total = 0;
  unsigned pairs = 0;
  char before = 0;
  for (const char raw : piece) {
    const char c = lower(raw);
    if (!is_letter(c)) {  // letters on both sides of a digit are no pair
      before = 0;
      continue;
    }
    if (before != 0) {
      total +=
          kBigramCost[static_cast<std::size_t>(before - 'a')][static_cast<std::size_t>(c - 'a')];
      ++pairs;
    }
    before = c;
  }
  return pairs < 2 || total <= kMaxMeanCost * pairs || is_path_word(piece);
}

// Digits and the like: one is forgiven in second place ("v1", "k6-runs").
bool has_odd_characters(std::string_view segment) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (i != 1 && !is_word_character(segment[i])) return true;
  }
  return false;
}

}  // namespace

bool is_word(std::string_view segment) {
  while (!segment.empty()) {
    const std::size_t end = std::min(segment.find_first_of("-_."), segment.size());
    if (!is_word_piece(segment.substr(0, end))) return false;
    if (end == segment.size()) return true;
    segment.remove_prefix(end + 1);
    if (segment.empty()) return true;
  }
  return false;
}

void cluster_path(std::string_view path, char wildcard, std::string& out) {
  out.clear();
  path = path.substr(0, path.find_first_of("?&#"));
  int separators = 0;
  for (std::size_t at = 0; at < path.size();) {
    if (path[at] == '/') {
      if (++separators == kCutAtSeparator) return;
      out += '/';
      ++at;
      continue;
    }
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    if (has_odd_characters(segment) || !is_word(segment)) {
      out += wildcard;
    } else {
      out += segment;
    }
    at = end;
  }
}

}  // namespace obi::pipeline
