// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/path_clusterer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

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

// Place in the alphabet, in either case; what is behind the alphabet is no letter.
constexpr std::uint8_t kLetterCount = 26;
constexpr std::uint8_t kSpace = 26;
constexpr std::uint8_t kJoiner = 27;  // - _ .
constexpr std::uint8_t kOdd = 28;     // digits and the like
constexpr std::uint8_t kSlash = 29;
constexpr std::uint8_t kPathEnd = 30;  // ? & #
constexpr auto kCharacters = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kOdd);
  for (std::uint8_t i = 0; i < kLetterCount; ++i) table['a' + i] = table['A' + i] = i;
  table[' '] = kSpace;
  table['-'] = table['_'] = table['.'] = kJoiner;
  table['/'] = kSlash;
  table['?'] = table['&'] = table['#'] = kPathEnd;
  return table;
}();

std::uint8_t kind_of(char c) { return kCharacters[static_cast<unsigned char>(c)]; }
bool is_letter(std::uint8_t kind) { return kind < kLetterCount; }

char lower(char c) { return is_letter(kind_of(c)) ? static_cast<char>('a' + kind_of(c)) : c; }

bool is_path_word(std::string_view piece) {
  return std::ranges::any_of(kPathWords, [&](std::string_view known) {
    return std::ranges::equal(known, piece, [](char a, char b) { return a == lower(b); });
  });
}

bool is_word_piece(std::string_view piece) {
  if (piece.empty()) return false;
  unsigned total = 0;
  unsigned pairs = 0;
  std::uint8_t before = kOdd;
  for (const char c : piece) {
    const std::uint8_t letter = kind_of(c);
    // Letters on both sides of a digit are no pair.
    if (is_letter(before) && is_letter(letter)) {
      total += kBigramCost[before][letter];
      ++pairs;
    }
    before = letter;
  }
  return pairs < 2 || total <= kMaxMeanCost * pairs || is_path_word(piece);
}

struct Segment {
  std::size_t size = 0;
  bool has_odd = false;  // one is forgiven in second place ("v1", "k6-runs")
};

// The segment at the front of `path`.
Segment next_segment(std::string_view path) {
  Segment segment;
  for (; segment.size < path.size(); ++segment.size) {
    const std::uint8_t kind = kind_of(path[segment.size]);
    if (kind >= kSlash) break;
    segment.has_odd |= kind == kOdd && segment.size != 1;
  }
  return segment;
}

}  // namespace

bool is_word(std::string_view segment) {
  while (!segment.empty()) {
    std::size_t end = 0;
    while (end < segment.size() && kind_of(segment[end]) != kJoiner) ++end;
    if (!is_word_piece(segment.substr(0, end))) return false;
    if (end == segment.size()) return true;
    segment.remove_prefix(end + 1);
    if (segment.empty()) return true;
  }
  return false;
}

void cluster_path(std::string_view path, char wildcard, std::string& out) {
  out.clear();
  int separators = 0;
  while (!path.empty() && kind_of(path.front()) != kPathEnd) {
    if (path.front() == '/') {
      if (++separators == kCutAtSeparator) return;
      out += '/';
      path.remove_prefix(1);
      continue;
    }
    const Segment segment = next_segment(path);
    const std::string_view text = path.substr(0, segment.size);
    if (segment.has_odd || !is_word(text)) {
      out += wildcard;
    } else {
      out += text;
    }
    path.remove_prefix(segment.size);
  }
}

}  // namespace obi::pipeline
