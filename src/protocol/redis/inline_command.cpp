// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/inline_command.hpp"

#include <algorithm>

#include "protocol/redis/element.hpp"

namespace obi::protocol::redis {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_text(char c) { return is_blank(c) || (c >= 0x20 && c != 0x7f) || c < 0; }

bool may_be_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxCommandName && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
  });
}

// Takes the next word, in quotes or not, off the front of the line; its quotes stay.
std::string_view next_word(std::string_view& line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  std::size_t end = 0;
  char quote = 0;
  while (end < line.size() && (quote != 0 || !is_blank(line[end]))) {
    const char c = line[end];
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote != 0 && c == '\\') {
      ++end;
    } else if (c == quote) {
      quote = 0;
    }
    ++end;
  }
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(word.size());
  return word;
}

CommandStart start_of_name(std::string_view name) {
  if (!may_be_name(name)) return CommandStart::kNone;
  return is_known_command(name) ? CommandStart::kKnown : CommandStart::kUnknown;
}

}  // namespace

std::expected<std::uint64_t, ParseError> measure_inline(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (!std::ranges::all_of(bytes.substr(0, end), is_text))
    return std::unexpected(ParseError::NotThisProtocol);
  if (end == std::string_view::npos) return std::unexpected(ParseError::Truncated);
  return end + 1;
}

bool read_inline(std::string_view line, CommandText& text) {
  std::string_view word = next_word(line);
  if (word.empty()) return false;
  text.begin(word);
  while (!(word = next_word(line)).empty()) {
    const bool is_quoted = word[0] == '"' || word[0] == '\'';
    text.add(is_quoted ? "?" : word);  // a key in quotes may have escapes: left out
  }
  return true;
}

CommandStart array_start(std::string_view bytes) {
  if (bytes.empty() || bytes[0] != '*') return CommandStart::kNone;
  const auto array = parse_element(std::as_bytes(std::span(bytes)));
  if (!array) {
    return array.error() == ParseError::Truncated ? CommandStart::kCut : CommandStart::kNone;
  }
  if (array->members == 0 || array->is_streamed) return CommandStart::kNone;
  const std::string_view rest = bytes.substr(array->size);
  if (rest.empty()) return CommandStart::kCut;
  if (rest[0] != '$') return CommandStart::kNone;
  const auto name = parse_element(std::as_bytes(std::span(rest)));
  if (!name) {
    return name.error() == ParseError::Truncated ? CommandStart::kCut : CommandStart::kNone;
  }
  if (name->is_null || name->is_streamed || !may_be_name(name->text))
    return name->size > rest.size() && name->text.empty() ? CommandStart::kCut
                                                          : CommandStart::kNone;
  return name->size > rest.size() ? CommandStart::kCut : start_of_name(name->text);
}

CommandStart inline_start(std::string_view bytes) {
  const auto size = measure_inline(bytes);
  if (!size) {
    return size.error() == ParseError::Truncated ? CommandStart::kCut : CommandStart::kNone;
  }
  std::string_view line = bytes.substr(0, *size);
  return start_of_name(next_word(line));
}

}  // namespace obi::protocol::redis
