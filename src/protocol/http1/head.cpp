// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/head.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace obi::protocol::http1 {
namespace {

using Parsed = std::expected<std::size_t, ParseError>;  // bytes read

constexpr std::array<std::string_view, 16> kMethods = {
    "GET",     "POST",     "PUT",       "HEAD",  "DELETE", "PATCH", "OPTIONS", "TRACE",
    "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",   "MOVE",  "LOCK",    "UNLOCK"};
constexpr std::size_t kMaxMethod = 20;
constexpr std::uint64_t kMaxLength = 1ULL << 62U;  // sums of lengths can't overflow
constexpr std::string_view kVersion = "HTTP/1.";
constexpr std::size_t kVersionSize = kVersion.size() + 1;

// RFC 9110 section 5.6.2: tchar.
constexpr auto kTokenChars = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<std::size_t>(c)] = true;
  return table;
}();

std::size_t token_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && kTokenChars[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// `lower` is in lower case.
bool is_named(std::string_view name, std::string_view lower) {
  return name.size() == lower.size() && strncasecmp(name.data(), lower.data(), name.size()) == 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool ends_with_chunked(std::string_view value) {
  return is_named(trim(value.substr(value.rfind(',') + 1)), "chunked");
}

bool take_length(std::string_view value, Fields& fields) {
  std::uint64_t length = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, length);
  if (error != std::errc() || stop != end || length > kMaxLength) return false;
  if (fields.content_length && *fields.content_length != length) return false;
  fields.content_length = length;
  return true;
}

// False: the field leaves the length of the body in doubt.
bool take_field(std::string_view name, std::string_view value, Fields& fields) {
  switch (name.size()) {
    case 4:
      if (is_named(name, "host")) fields.host = value;
      return true;
    case 6:
      if (is_named(name, "expect")) fields.expects_continue = true;
      return true;
    case 11:
      if (is_named(name, "traceparent")) fields.traceparent = value;
      return true;
    case 14: return !is_named(name, "content-length") || take_length(value, fields);
    case 17:
      if (!is_named(name, "transfer-encoding")) return true;
      fields.transfer_encoding = true;
      fields.chunked = ends_with_chunked(value);
      return true;
    default: return true;
  }
}

// Takes a line off `rest`, without its end, CRLF or LF. False while the end is missing.
inline bool next_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  const auto* const end = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
  if (end == nullptr) return false;
  const auto size = static_cast<std::size_t>(end - rest.data());
  line = {rest.data(), size > 0 && end[-1] == '\r' ? size - 1 : size};
  rest.remove_prefix(size + 1);
  return true;
}

// Only lines that may hold one of the fields above are taken apart: the rest of a head is none of
// our business, obsolete folding (RFC 9112 section 5.2) and lines that are no field included, for
// servers put up with more than the grammar allows.
inline bool may_matter(std::string_view line) {
  switch (line.front() | 0x20) {
    case 'c': return line.size() > 14 && (line[8] | 0x20) == 'l';  // content-length
    case 'e': return line.size() > 6 && (line[5] | 0x20) == 't';   // expect
    case 'h': return line.size() > 4 && (line[3] | 0x20) == 't';   // host
    case 't': return line.size() > 11;                             // traceparent, …
    default: return false;
  }
}

// "name: value". False: no such line, or the field leaves the length of the body in doubt.
bool take_line(std::string_view line, Fields& fields) {
  const std::size_t colon = line.find(':');
  return colon != std::string_view::npos &&
         take_field(trim(line.substr(0, colon)), trim(line.substr(colon + 1)), fields);
}

// Reads field lines from the start of `rest` up to the empty line, and returns the bytes of `text`
// before what is left: `rest` is the end of `text`.
Parsed parse_fields(std::string_view text, std::string_view rest, Fields& fields) {
  std::string_view line;
  do {
    if (!next_line(rest, line)) return std::unexpected(ParseError::Truncated);
    if (!line.empty() && may_matter(line) && !take_line(line, fields)) {
      return std::unexpected(ParseError::Malformed);
    }
  } while (!line.empty());
  // RFC 9112 section 6.1: a message with both is a smuggling attempt or a bug.
  if (fields.transfer_encoding && fields.content_length) {
    return std::unexpected(ParseError::Malformed);
  }
  return text.size() - rest.size();
}

bool is_version(std::string_view text) {
  return text.size() == kVersionSize && text.starts_with(kVersion) && text.back() >= '0' &&
         text.back() <= '9';
}

// RFC 9112 section 3: method SP request-target SP HTTP-version. Blanks inside the target, which
// clients are not to send, belong to it.
bool parse_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = token_size(line.substr(0, kMaxMethod + 1));
  if (first == 0 || first > kMaxMethod || line.size() < first + kVersionSize + 3) return false;
  const std::size_t last = line.size() - kVersionSize - 1;
  if (line[first] != ' ' || line[last] != ' ' || !is_version(line.substr(last + 1))) return false;
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  return true;
}

// RFC 9112 section 4: HTTP-version SP status-code [ SP reason-phrase ].
bool parse_status_line(std::string_view line, ResponseHead& head) {
  constexpr std::size_t kCodeAt = kVersionSize + 1;
  constexpr std::size_t kCodeEnd = kCodeAt + 3;
  if (line.size() < kCodeEnd || !is_version(line.substr(0, kVersionSize)) ||
      line[kVersionSize] != ' ' || (line.size() > kCodeEnd && line[kCodeEnd] != ' ')) {
    return false;
  }
  int status = 0;
  for (const char c : line.substr(kCodeAt, kCodeEnd - kCodeAt)) {
    if (c < '0' || c > '9') return false;
    status = status * 10 + (c - '0');
  }
  if (status < 100) return false;
  head.status = status;
  return true;
}

}  // namespace

std::string_view known_method(std::string_view method) {
  const auto* const found = std::ranges::find(kMethods, method);
  return found == kMethods.end() ? std::string_view() : *found;
}

bool may_begin_request(std::string_view text) {
  std::string_view rest = text;
  std::string_view line;
  if (next_line(rest, line)) {
    RequestHead head;
    return parse_request_line(line, head);
  }
  const std::size_t space = text.substr(0, kMaxMethod + 1).find(' ');
  if (space != std::string_view::npos) return !known_method(text.substr(0, space)).empty();
  return !text.empty() && std::ranges::any_of(kMethods, [text](std::string_view method) {
    return method.starts_with(text);
  });
}

bool may_begin_response(std::string_view text) {
  const std::string_view start = text.substr(0, kVersion.size());
  return !start.empty() && kVersion.starts_with(start);
}

Parsed parse_request(std::string_view text, RequestHead& head) {
  head = {};
  std::string_view rest = text;
  std::string_view line;
  if (!next_line(rest, line)) return std::unexpected(ParseError::Truncated);
  if (!parse_request_line(line, head)) return std::unexpected(ParseError::NotThisProtocol);
  const Parsed size = parse_fields(text, rest, head.fields);
  // RFC 9112 section 6.3: such a request has no length that one could rely on.
  if (size && head.fields.transfer_encoding && !head.fields.chunked) {
    return std::unexpected(ParseError::Malformed);
  }
  return size;
}

Parsed parse_response(std::string_view text, ResponseHead& head) {
  head = {};
  std::string_view rest = text;
  std::string_view line;
  if (!next_line(rest, line)) return std::unexpected(ParseError::Truncated);
  if (!parse_status_line(line, head)) return std::unexpected(ParseError::NotThisProtocol);
  return parse_fields(text, rest, head.fields);
}

}  // namespace obi::protocol::http1
