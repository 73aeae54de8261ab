// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/element.hpp"

#include <algorithm>

namespace obi::protocol::redis {
namespace {

using Parsed = std::expected<Element, ParseError>;
using Kind = Element::Kind;

constexpr std::size_t kMaxNumberLine = 32;  // type, sign, digits of 64 bits, CRLF; and some room
constexpr std::size_t kMaxDoubleLine = 512;

std::unexpected<ParseError> error(ParseError what) { return std::unexpected(what); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, is_digit);
}
bool may_be_double(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_digit(c) || std::string_view("+-.einfaEINFA").contains(c);
  });
}

// Is the line, or what there is of it, what the type allows?
bool fits(char type, std::string_view text, bool whole) {
  switch (type) {
    case ':':
    case '(':
      return whole ? is_number(text)
                   : text.empty() || is_number(text) || text == "-" || text == "+";
    case ',': return whole ? may_be_double(text) : text.empty() || may_be_double(text);
    case '#': return whole ? text == "t" || text == "f" : text.size() <= 1;
    case '_': return text.empty();
    default: return true;
  }
}

// CR LF there, or what there is of it?
bool may_end(std::string_view all, std::uint64_t at) {
  return (at >= all.size() || all[at] == '\r') && (at + 1 >= all.size() || all[at + 1] == '\n');
}

std::size_t end_of_line(std::string_view all) {
  const auto* const end =
      std::find_if(all.begin() + 1, all.end(), [](char c) { return c == '\r' || c == '\n'; });
  return end == all.end() ? std::string_view::npos : static_cast<std::size_t>(end - all.begin());
}

// RESP ends lines with CR LF; a lone LF or NUL is nothing that a reply has in its lines.
Parsed parse_line(std::string_view all) {
  const char type = all[0];
  const std::size_t end = end_of_line(all);
  const bool is_open = end == std::string_view::npos || end + 1 == all.size();
  const std::string_view text = all.substr(1, std::min(end, all.size()) - 1);
  if (is_open) {
    const bool may_go_on = (end == std::string_view::npos || all[end] == '\r') &&
                           fits(type, text, end != std::string_view::npos) &&
                           (type != ',' || text.size() < kMaxDoubleLine);
    return error(may_go_on ? ParseError::Truncated : ParseError::NotThisProtocol);
  }
  if (!may_end(all, end) || !fits(type, text, true)) return error(ParseError::NotThisProtocol);
  return Element{.kind = Kind::kLine,
                 .type = type,
                 .is_null = type == '_',
                 .is_streamed = false,
                 .members = 0,
                 .size = end + 2,
                 .text = text};
}

// The number, "-1" or "?" of a first line.
struct Header {
  std::uint64_t count = 0;
  bool is_null = false;
  bool is_streamed = false;
  std::size_t size = 0;  // of the line
};

std::expected<Header, ParseError> parse_header(std::string_view all) {
  Header header;
  const std::size_t first = 1;
  std::size_t at = first;
  for (; at < all.size() && is_digit(all[at]); ++at) {
    header.count = header.count * 10 + static_cast<std::uint64_t>(all[at] - '0');
    if (header.count > kMaxCount) return error(ParseError::NotThisProtocol);
  }
  if (at == first && at < all.size()) {
    if (all[at] == '?') {
      header.is_streamed = true;
      ++at;
    } else if (all[at] == '-') {
      header.is_null = true;
      if (all.size() > at + 1 && all[at + 1] != '1') return error(ParseError::NotThisProtocol);
      at += 2;
    } else {
      return error(ParseError::NotThisProtocol);
    }
  }
  if (!may_end(all, at) || at > kMaxNumberLine) return error(ParseError::NotThisProtocol);
  if (at + 2 > all.size()) return error(ParseError::Truncated);
  header.size = at + 2;
  return header;
}

Parsed parse_string(std::string_view all) {
  const auto header = parse_header(all);
  if (!header) return error(header.error());
  const char type = all[0];
  if (type != '$' && (header->is_null || header->is_streamed))
    return error(ParseError::NotThisProtocol);
  Element element{.kind = Kind::kString,
                  .type = type,
                  .is_null = header->is_null,
                  .is_streamed = header->is_streamed,
                  .members = 0,
                  .size = header->size,
                  .text = {}};
  if (type == ';' && header->count == 0) element.kind = Kind::kEnd;
  if (header->is_null || header->is_streamed || element.kind == Kind::kEnd) return element;
  element.size += header->count + 2;
  element.text = all.substr(header->size, header->count);
  if (!may_end(all, header->size + header->count)) return error(ParseError::NotThisProtocol);
  return element;
}

Parsed parse_aggregate(std::string_view all) {
  const auto header = parse_header(all);
  if (!header) return error(header.error());
  const char type = all[0];
  if (header->is_null && type != '*') return error(ParseError::NotThisProtocol);
  const std::uint64_t each = type == '%' || type == '|' ? 2 : 1;
  return Element{.kind = Kind::kAggregate,
                 .type = type,
                 .is_null = header->is_null,
                 .is_streamed = header->is_streamed,
                 .members = header->count * each,
                 .size = header->size,
                 .text = {}};
}

}  // namespace

Parsed parse_element(std::span<const std::byte> bytes) {
  const std::string_view all = text_of(bytes);
  if (all.empty()) return error(ParseError::Truncated);
  switch (all[0]) {
    case '+':
    case '-':
    case ':':
    case '_':
    case ',':
    case '#':
    case '(': return parse_line(all);
    case '$':
    case '!':
    case '=':
    case ';': return parse_string(all);
    case '*':
    case '~':
    case '>':
    case '%':
    case '|': return parse_aggregate(all);
    case '.':
      if (!std::string_view(".\r\n").starts_with(all.substr(0, 3)))
        return error(ParseError::NotThisProtocol);
      if (all.size() < 3) return error(ParseError::Truncated);
      return Element{.kind = Kind::kEnd,
                     .type = '.',
                     .is_null = false,
                     .is_streamed = false,
                     .members = 0,
                     .size = 3,
                     .text = {}};
    default: return error(ParseError::NotThisProtocol);
  }
}

}  // namespace obi::protocol::redis
