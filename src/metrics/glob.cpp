// SPDX-License-Identifier: Apache-2.0
#include "metrics/glob.hpp"

#include <algorithm>
#include <optional>

namespace obi::metrics {
namespace {

char fold(char c) { return c == '.' ? '_' : c; }

/// Takes one possibly escaped character off the front of a class; nullopt if the class is malformed
/// there.
std::optional<char> take_class_char(std::string_view& pattern) {
  if (pattern.empty() || pattern.front() == '-' || pattern.front() == ']') return std::nullopt;
  if (pattern.front() == '\\') pattern.remove_prefix(1);
  if (pattern.empty()) return std::nullopt;
  const char c = fold(pattern.front());
  pattern.remove_prefix(1);
  return c;
}

/// `pattern` begins after '['; on return, after ']'. nullopt: malformed.
std::optional<bool> class_contains(std::string_view& pattern, char c) {
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool found = false;
  for (bool first = true; first || !pattern.starts_with(']'); first = false) {
    const auto low = take_class_char(pattern);
    if (!low) return std::nullopt;
    auto high = low;
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      high = take_class_char(pattern);
      if (!high) return std::nullopt;
    }
    found = found || (*low <= c && c <= *high);
  }
  pattern.remove_prefix(1);
  return found != negated;
}

/// Matches one pattern element other than '*' against `c` and takes it off; false if it doesn't
/// match or is malformed.
bool match_element(std::string_view& pattern, char c) {
  const char element = pattern.front();
  pattern.remove_prefix(1);
  switch (element) {
    case '?': return c != '/';
    case '[': return class_contains(pattern, fold(c)).value_or(false);
    case '\\': {
      if (pattern.empty()) return false;
      const char literal = pattern.front();
      pattern.remove_prefix(1);
      return fold(literal) == fold(c);
    }
    default: return fold(element) == fold(c);
  }
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Only the last '*' is ever retried: had an earlier one taken more, the last one could have taken
  // less.
  std::optional<std::string_view> after_star;
  std::string_view star_text;
  while (true) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      after_star = pattern;
      star_text = text;
      continue;
    }
    if (text.empty() && pattern.empty()) return true;
    if (!text.empty() && !pattern.empty() && match_element(pattern, text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (!after_star || star_text.empty() || star_text.front() == '/') return false;
    star_text.remove_prefix(1);
    pattern = *after_star;
    text = star_text;
  }
}

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, fold, fold);
}

}  // namespace obi::metrics
