// SPDX-License-Identifier: Apache-2.0
#include "config/substitution.hpp"

#include <re2/re2.h>

#include <cstdlib>

namespace obi::config {

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string substitute(std::string_view text, const Environment& environment) {
  static const re2::RE2 kReference(R"((\$?)\$[{(](?:env:)?([a-zA-Z_][a-zA-Z0-9_]*)(:-[^})]*)?[})])");
  std::string result;
  re2::StringPiece rest(text.data(), text.size());
  re2::StringPiece groups[4];
  while (kReference.Match(rest, 0, rest.size(), re2::RE2::UNANCHORED, groups, 4)) {
    result.append(rest.data(), groups[0].data());
    if (!groups[1].empty()) {
      result.append(groups[0].data() + 1, groups[0].size() - 1);
    } else {
      const std::string value = environment(std::string(groups[2])).value_or("");
      if (value.empty() && groups[3].size() > 2) {
        result.append(groups[3].data() + 2, groups[3].size() - 2);
      } else {
        result += value;
      }
    }
    rest.remove_prefix(static_cast<std::size_t>(groups[0].data() + groups[0].size() - rest.data()));
  }
  result.append(rest.data(), rest.size());
  return result;
}

}  // namespace obi::config
