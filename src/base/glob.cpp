// SPDX-License-Identifier: Apache-2.0
#include "base/glob.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace obi::base {
namespace {

constexpr int kMaxNesting = 16;

// Translates the class that starts at text[at] == '['; moves `at` behind it. Empty if it doesn't
// end.
std::string translate_class(std::string_view text, std::size_t& at) {
  std::size_t end = at + 1;
  std::string members;
  const bool negated = end < text.size() && text[end] == '!';
  if (negated) ++end;
  for (; end < text.size() && text[end] != ']'; ++end) {
    char c = text[end];
    if (c == '\\' && end + 1 < text.size()) c = text[++end];
    if (std::string_view("\\[]^&~").find(c) != std::string_view::npos) members += '\\';
    members += c;
  }
  if (end >= text.size() || members.empty()) return {};
  at = end;
  return (negated ? "[^" : "[") + members + "]";
}

Result<std::string> translate(std::string_view text) {
  std::string regex;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    switch (c) {
      case '*': regex += ".*"; break;
      case '?': regex += '.'; break;
      case '{':
        if (++depth > kMaxNesting) return fail("braces are nested too deep");
        regex += "(?:";
        break;
      case '}':
        if (depth-- == 0) return fail("'}' without '{'");
        regex += ')';
        break;
      case ',': regex += depth > 0 ? "|" : ","; break;
      case '[': {
        const std::string members = translate_class(text, at);
        if (members.empty()) return fail("'[' without ']'");
        regex += members;
        break;
      }
      case '\\':
        if (++at == text.size()) return fail("a '\\' at the end escapes nothing");
        [[fallthrough]];
      default: regex += re2::RE2::QuoteMeta(re2::StringPiece(&text[at], 1));
    }
  }
  if (depth != 0) return fail("'{' without '}'");
  return regex;
}

re2::RE2::Options options() {
  re2::RE2::Options options(re2::RE2::Latin1);  // bytes: paths need not be UTF-8
  options.set_log_errors(false);
  options.set_dot_nl(true);
  return options;
}

}  // namespace

Result<Glob> Glob::compile(std::string_view pattern) {
  auto translated = translate(pattern);
  Glob glob;
  glob.text_ = pattern;
  if (translated) glob.regex_ = std::make_shared<const re2::RE2>(*translated, options());
  if (!translated || !glob.regex_->ok()) {
    const std::string reason = translated ? glob.regex_->error() : translated.error().message;
    return fail("'" + glob.text_ + "' is not a glob: " + reason);
  }
  return glob;
}

bool Glob::matches(std::string_view text) const {
  return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

Result<Regex> Regex::compile(std::string_view pattern) {
  Regex regex;
  regex.text_ = pattern;
  re2::RE2::Options quiet;
  quiet.set_log_errors(false);
  regex.regex_ = std::make_shared<const re2::RE2>(regex.text_, quiet);
  if (!regex.regex_->ok())
    return fail("'" + regex.text_ + "' is not a regular expression: " + regex.regex_->error());
  return regex;
}

bool Regex::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
}

}  // namespace obi::base
