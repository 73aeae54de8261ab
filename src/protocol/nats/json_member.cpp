// SPDX-License-Identifier: Apache-2.0
// The little of JSON (RFC 8259) that the greetings of NATS need: one walk over the object, no
// recursion, no allocation but for the answer.
#include <algorithm>
#include <cstdint>

#include "protocol/nats/command.hpp"

namespace obi::protocol::nats {
namespace {

constexpr std::size_t kMaxValueBytes = 1024;
constexpr std::string_view kSpaces = " \t\r\n";

// Reads a string at the front of `text`, whose first character is '"'; what is between the quotes.
// Nothing, and `text` empty, if it doesn't end.
std::string_view take_string(std::string_view& text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      const std::string_view inside = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return inside;
    }
  }
  text = {};
  return {};
}

// Passes a value that is no string, up to the comma or bracket behind it.
std::string_view take_other(std::string_view& text) {
  const std::string_view all = text;
  std::size_t depth = 0;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '"') {
      take_string(text);
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}')) break;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && depth > 0) --depth;
    text.remove_prefix(1);
  }
  std::string_view value = all.substr(0, all.size() - text.size());
  while (!value.empty() && kSpaces.contains(value.back())) value.remove_suffix(1);
  return value;
}

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
}

void append_code_point(std::string& out, std::uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | code >> 6U);
    out += static_cast<char>(0x80U | (code & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | code >> 12U);
    out += static_cast<char>(0x80U | (code >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (code & 0x3fU));
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The four digits behind "\u"; 0 if they are none. Halves of a surrogate pair come out as they are:
// the reader of the text leaves out what isn't UTF-8.
std::uint32_t code_unit(std::string_view digits) {
  if (digits.size() < 4) return 0;
  std::uint32_t code = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return 0;
    code = code << 4U | static_cast<std::uint32_t>(digit);
  }
  return code;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() < kMaxValueBytes; ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    if (text[i] == 'u') {
      append_code_point(out, code_unit(text.substr(i + 1)));
      i += 4;
    } else if (std::string_view("\"\\/").contains(text[i])) {
      out += text[i];
    } else {
      out += ' ';  // a control character
    }
  }
  return out;
}

}  // namespace

std::string json_member(std::string_view json, std::string_view name) {
  if (!json.starts_with('{')) return {};
  json.remove_prefix(1);
  while (true) {
    skip_spaces(json);
    if (!json.starts_with('"')) return {};
    const bool is_wanted = take_string(json) == name;
    skip_spaces(json);
    if (!json.starts_with(':')) return {};
    json.remove_prefix(1);
    skip_spaces(json);
    const bool is_string = json.starts_with('"');
    const std::string_view value = is_string ? take_string(json) : take_other(json);
    if (is_wanted)
      return is_string ? unescaped(value) : std::string(value.substr(0, kMaxValueBytes));
    skip_spaces(json);
    if (!json.starts_with(',')) return {};
    json.remove_prefix(1);
  }
}

}  // namespace obi::protocol::nats
