// SPDX-License-Identifier: Apache-2.0
#include "config/substitution.hpp"

#include <re2/re2.h>

#include <cstdlib>

namespace obi::config {
namespace {

// Calls `replace(groups)` for each match and puts its result in the match's place.
template <typename Replace>
std::string replace_all(std::string_view text, const re2::RE2& pattern, Replace replace) {
  std::string result;
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece groups[4];
  const int count = pattern.NumberOfCapturingGroups() + 1;
  while (pattern.Match(rest, 0, rest.size(), re2::RE2::UNANCHORED, groups, count)) {
    result.append(rest.data(), groups[0].data());
    result += replace(groups);
    const char* end = groups[0].data() + groups[0].size();
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  result.append(rest.data(), rest.size());
  return result;
}

// In Latin-1, so that text that isn't UTF-8 is searched too.
const re2::RE2& reference() {
  static const re2::RE2 kReference(R"((\$?)\$[{(](?:env:)?([a-zA-Z_][a-zA-Z0-9_]*)(:-[^})]*)?[})])",
                                   re2::RE2::Latin1);
  return kReference;
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string substitute(std::string_view text, const Environment& environment) {
  return replace_all(text, reference(), [&](const re2::StringPiece* groups) {
    if (!groups[1].empty()) return std::string(groups[0].substr(1));
    std::string value = environment(std::string(groups[2])).value_or("");
    if (value.empty() && !groups[3].empty()) value = std::string(groups[3].substr(2));
    return value;
  });
}

std::string escape_references(std::string_view text) {
  return replace_all(text, reference(),
                     [](const re2::StringPiece* groups) { return "$" + std::string(groups[0]); });
}

std::string expand(std::string_view text, const Environment& environment) {
  static const re2::RE2 kVariable(R"(\$(?:([a-zA-Z_][a-zA-Z0-9_]*)|\{([a-zA-Z_][a-zA-Z0-9_]*)\}))",
                                  re2::RE2::Latin1);
  return replace_all(text, kVariable, [&](const re2::StringPiece* groups) {
    return environment(std::string(groups[1].empty() ? groups[2] : groups[1])).value_or("");
  });
}

}  // namespace obi::config
