// SPDX-License-Identifier: Apache-2.0
// Text patterns of the configuration. Both kinds run on RE2, so no pattern can take more than
// linear time. Immutable after compile; matching is thread-safe.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace re2 {
class RE2;
}

namespace obi::base {

/// A glob of the gobwas dialect without separators: `*` and `**` any run ('/' included), `?` one
/// character, `[abc]`,
/// `[a-z]`, `[!a-z]`, nested `{a,b}`, `\` escapes. The whole text must match.
class Glob {
 public:
  static Result<Glob> compile(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> regex_;
};

/// An RE2 regular expression, searched for anywhere in the text.
class Regex {
 public:
  static Result<Regex> compile(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace obi::base
