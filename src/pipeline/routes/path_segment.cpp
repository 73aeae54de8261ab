// SPDX-License-Identifier: Apache-2.0
#include "pipeline/routes/path_segment.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "pipeline/routes/bigrams.hpp"
#include "pipeline/routes/path_words.hpp"

namespace obi::pipeline {
namespace {

// Mean cost of a letter pair above which letters are no word. The tests' lists hold it: of usual
// path words a few are above it (path_words.hpp), of random letters few are below.
constexpr unsigned kMaxMeanCost = 345;
// Letters of which one in so many at most begins a new word by being a capital: "createdAt" does,
// "kXvTpQ" is thrown together.
constexpr unsigned kMinLettersPerHump = 3;
// Hexadecimal digits that happen to be letters; English has no such word.
constexpr std::size_t kMinHexLetters = 7;

enum Kind : std::uint8_t { kLowerCase, kUpperCase, kDigit, kJoiner, kOdd };

constexpr auto kKinds = [] {
  std::array<Kind, 256> table{};
  table.fill(kOdd);
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = kLowerCase;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = kUpperCase;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = kDigit;
  for (const char c : {'-', '_', '.', ':', ' '}) table[static_cast<unsigned char>(c)] = kJoiner;
  return table;
}();

Kind kind_of(char c) { return kKinds[static_cast<unsigned char>(c)]; }
bool is_letter(char c) { return kind_of(c) <= kUpperCase; }
bool is_digit(char c) { return kind_of(c) == kDigit; }
/// Place in the alphabet.
std::size_t index_of(char letter) { return (static_cast<unsigned char>(letter) | 0x20U) - 'a'; }

/// Takes the letters or digits off the front.
template <bool (*is_part)(char)>
std::string_view take(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_part);
  const std::string_view part(text.begin(), end);
  text.remove_prefix(part.size());
  return part;
}

bool is_hexadecimal(std::string_view letters) {
  return letters.size() >= kMinHexLetters &&
         std::ranges::all_of(letters, [](char c) { return index_of(c) < 6; });
}

bool is_like_english(std::string_view letters) {
  unsigned total = 0;
  unsigned pairs = 0;
  unsigned humps = 0;
  for (std::size_t i = 1; i < letters.size(); ++i) {
    if (kind_of(letters[i - 1]) == kLowerCase && kind_of(letters[i]) == kUpperCase) ++humps;
    total += kBigramCost[index_of(letters[i - 1])][index_of(letters[i])];
    ++pairs;
  }
  if (pairs < 2) return true;  // two letters are always taken for a word
  return total <= kMaxMeanCost * pairs &&
         std::size_t{humps} * kMinLettersPerHump <= letters.size() && !is_hexadecimal(letters);
}

// "v1", "v1beta2", "v1p1beta1"
bool is_version(std::string_view token) {
  static constexpr std::size_t kMaxDigits = 2;
  static constexpr std::array<std::string_view, 6> kStages = {"p",       "alpha", "beta",
                                                              "preview", "rc",    "eap"};
  if (token.empty() || index_of(token.front()) != index_of('v')) return false;
  token.remove_prefix(1);
  std::size_t digits = take<is_digit>(token).size();
  if (digits == 0) return false;
  while (!token.empty()) {
    const std::string_view stage = take<is_letter>(token);
    if (digits > kMaxDigits || std::ranges::find(kStages, stage) == kStages.end()) return false;
    digits = take<is_digit>(token).size();
  }
  return digits <= kMaxDigits;
}

// "oauth2"
bool is_numbered_word(std::string_view token) {
  const std::string_view letters = take<is_letter>(token);
  return letters.size() > 2 && token.size() == 1 && is_word(letters);
}

// "e2e", "k6", "v1beta"
bool is_letter_digit_word(std::string_view token) {
  return token.size() > 1 && is_letter(token[0]) && is_digit(token[1]) &&
         std::ranges::all_of(token.substr(2), is_letter) && is_word(token.substr(2));
}

bool is_fixed_token(std::string_view token, bool is_first) {
  if (std::ranges::all_of(token, is_letter)) return is_word(token);
  return is_version(token) || is_path_word(token) || is_numbered_word(token) ||
         (is_first && is_letter_digit_word(token));
}

// "v1.43", the whole of it
bool is_minor_version(std::string_view segment) {
  const std::size_t dot = segment.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view minor = segment.substr(dot + 1);
  return is_version(segment.substr(0, dot)) && !minor.empty() && minor.size() <= 2 &&
         std::ranges::all_of(minor, is_digit);
}

// Does the text look like the pattern, in which 0 is any digit?
bool has_form(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(
      text, pattern, [](char c, char form) { return form == '0' ? is_digit(c) : c == form; });
}

// Numbers that are an API's version where they stand: "/rest/api/2/issue", "/1.1/statuses",
// "/2010-04-01/Accounts". At the end of a path they are values.
bool is_bare_version(std::string_view segment, SegmentPlace place) {
  if (place.is_last) return false;
  return has_form(segment, "0.0") || (place.is_below_api && has_form(segment, "0")) ||
         (place.is_first && has_form(segment, "0000-00-00"));
}

// Takes the token and the joiner behind it off the front. "@2x" joins; any other '@' is a part of
// the token, and odd.
std::string_view take_token(std::string_view& rest) {
  static constexpr std::array<std::string_view, 2> kResolutions = {"@2x", "@3x"};
  for (std::size_t end = 0; end < rest.size(); ++end) {
    const bool joins = kind_of(rest[end]) == kJoiner;
    const bool resolves = rest[end] == '@' && std::ranges::any_of(kResolutions, [&](auto mark) {
                            return rest.substr(end).starts_with(mark);
                          });
    if (!joins && !resolves) continue;
    const std::string_view token = rest.substr(0, end);
    rest.remove_prefix(end + (resolves ? kResolutions.front().size() : 1));
    return token;
  }
  return std::exchange(rest, {});
}

bool has_only_fixed_tokens(std::string_view segment) {
  bool is_first = true;
  while (!segment.empty()) {
    const std::string_view token = take_token(segment);
    if (token.empty()) continue;
    if (!is_fixed_token(token, is_first)) return false;
    is_first = false;
  }
  return true;
}

}  // namespace

bool is_word(std::string_view letters) { return is_like_english(letters) || is_path_word(letters); }

bool is_fixed_segment(std::string_view segment, SegmentPlace place) {
  if (std::ranges::all_of(segment, is_digit)) return is_bare_version(segment, place);
  std::string_view text = segment;
  if (text.starts_with('$') && text.size() > 1) text.remove_prefix(1);
  return has_only_fixed_tokens(text) || is_minor_version(segment) ||
         is_bare_version(segment, place) || is_path_word(segment);
}

}  // namespace obi::pipeline
