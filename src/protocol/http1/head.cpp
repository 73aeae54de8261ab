// SPDX-License-Identifier: Apache-2.0
#include "protocol/http1/head.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace obi::protocol::http1 {
namespace {

constexpr std::array<std::string_view, 16> kMethods = {
    "GET",   "POST",     "PUT",      "HEAD",      "DELETE", "PATCH", "OPTIONS", "TRACE",
    "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",   "MOVE",  "LOCK",    "UNLOCK"};
constexpr std::size_t kMaxMethod = 20;

// RFC 9110 section 5.6.2: tchar.
bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool ends_with_chunked(std::string_view value) {
  const std::size_t comma = value.rfind(',');
  return equals_ignoring_case(trim(comma == std::string_view::npos ? value : value.substr(comma + 1)), "chunked");
}

bool set_length(Fields& fields, std::string_view value) {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
  if (error != std::errc() || end != value.data() + value.size() || length > (1ULL << 62U)) return false;
  if (fields.content_length && *fields.content_length != length) return false;
  fields.content_length = length;
  return true;
}

// False: the field breaks the framing of the message.
bool take_field(Fields& fields, std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 4:
      if (equals_ignoring_case(name, "host")) fields.host = value;
      break;
    case 7:
      if (equals_ignoring_case(name, "upgrade")) fields.upgrade = true;
      break;
    case 11:
      if (equals_ignoring_case(name, "traceparent")) fields.traceparent = value;
      break;
    case 14:
      if (equals_ignoring_case(name, "content-length")) return set_length(fields, value);
      break;
    case 17:
      if (equals_ignoring_case(name, "transfer-encoding")) {
        fields.transfer_encoding = true;
        fields.chunked = ends_with_chunked(value);
      }
      break;
    default: break;
  }
  return true;
}

// Only lines that may hold one of the fields above are taken apart: most of a head is none of our business, obsolete
// folding (RFC 9112 section 5.2) included.
bool may_matter(std::string_view line) {
  switch (line.front() | 0x20) {
    case 'c': return line.size() > 14 && (line[8] | 0x20) == 'l';  // content-length
    case 'h': return line.size() > 4 && line[4] == ':';            // host
    case 't': return line.size() > 11;
    case 'u': return line.size() > 7;
    default: return line.find(':') == std::string_view::npos && line.front() != ' ' && line.front() != '\t';
  }
}

// Reads field lines from `text` up to the empty line. Returns the bytes read.
std::expected<std::size_t, ParseError> parse_fields(std::string_view text, Fields& fields) {
  std::size_t at = 0;
  while (true) {
    const std::size_t newline = text.find('\n', at);
    if (newline == std::string_view::npos) return std::unexpected(ParseError::Truncated);
    std::string_view line = text.substr(at, newline - at);
    at = newline + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if (!may_matter(line)) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::unexpected(ParseError::Malformed);
    if (!take_field(fields, line.substr(0, colon), trim(line.substr(colon + 1)))) {
      return std::unexpected(ParseError::Malformed);
    }
  }
  // RFC 9112 section 6.1: a message with both is a smuggling attempt or a bug.
  if (fields.transfer_encoding && fields.content_length) return std::unexpected(ParseError::Malformed);
  return at;
}

// "HTTP/1.0" or "HTTP/1.1" (any minor digit); sets `version_1_0`.
bool read_version(std::string_view text, bool& version_1_0) {
  if (text.size() != 8 || !text.starts_with("HTTP/1.") || text[7] < '0' || text[7] > '9') return false;
  version_1_0 = text[7] == '0';
  return true;
}

// The first line without its end, and the bytes it takes.
std::expected<std::pair<std::string_view, std::size_t>, ParseError> first_line(std::string_view text) {
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return std::unexpected(ParseError::Truncated);
  std::string_view line = text.substr(0, newline);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::pair{line, newline + 1};
}

}  // namespace

bool is_known_method(std::string_view method) { return std::ranges::find(kMethods, method) != kMethods.end(); }

bool may_begin_request(std::string_view text) {
  const std::string_view start = text.substr(0, kMaxMethod + 1);
  const std::size_t space = start.find(' ');
  const std::string_view method = start.substr(0, space);
  if (method.empty() || method.size() > kMaxMethod || !std::ranges::all_of(method, is_token_char)) return false;
  if (space == std::string_view::npos) {
    return text.size() <= kMaxMethod &&
           std::ranges::any_of(kMethods, [&](std::string_view known) { return known.starts_with(method); });
  }
  const std::size_t newline = text.find('\n');
  if (newline == std::string_view::npos) return is_known_method(method);
  return parse_request_line(text).has_value();
}

bool may_begin_response(std::string_view text) {
  constexpr std::string_view kVersion = "HTTP/1.";
  const std::string_view start = text.substr(0, kVersion.size());
  return !start.empty() && kVersion.starts_with(start);
}

std::expected<RequestHead, ParseError> parse_request_line(std::string_view text) {
  const auto line = first_line(text);
  if (!line) return std::unexpected(line.error());
  const std::string_view content = line->first;
  const std::size_t first = content.find(' ');
  const std::size_t last = content.rfind(' ');
  if (first == std::string_view::npos || first == 0 || first > kMaxMethod || last <= first + 1) {
    return std::unexpected(ParseError::NotThisProtocol);
  }
  RequestHead head;
  head.method = content.substr(0, first);
  head.target = content.substr(first + 1, last - first - 1);
  head.size = line->second;
  if (!std::ranges::all_of(head.method, is_token_char) || !read_version(content.substr(last + 1), head.version_1_0)) {
    return std::unexpected(ParseError::NotThisProtocol);
  }
  return head;
}

std::expected<ResponseHead, ParseError> parse_status_line(std::string_view text) {
  const auto line = first_line(text);
  if (!line) return std::unexpected(line.error());
  const std::string_view content = line->first;
  bool version_1_0 = false;
  if (content.size() < 12 || content[8] != ' ' || !read_version(content.substr(0, 8), version_1_0)) {
    return std::unexpected(ParseError::NotThisProtocol);
  }
  ResponseHead head;
  const auto [end, error] = std::from_chars(content.data() + 9, content.data() + 12, head.status);
  const bool ended = content.size() == 12 || content[12] == ' ';
  if (error != std::errc() || end != content.data() + 12 || head.status < 100 || head.status > 999 || !ended) {
    return std::unexpected(ParseError::NotThisProtocol);
  }
  head.size = line->second;
  return head;
}

std::expected<std::size_t, ParseError> parse_request(std::string_view text, RequestHead& head) {
  const auto line = parse_request_line(text);
  if (!line) return std::unexpected(line.error());
  head = *line;
  const auto fields = parse_fields(text.substr(line->size), head.fields);
  if (!fields) return fields;
  return head.size += *fields;
}

std::expected<std::size_t, ParseError> parse_response(std::string_view text, ResponseHead& head) {
  const auto line = parse_status_line(text);
  if (!line) return std::unexpected(line.error());
  head = *line;
  const auto fields = parse_fields(text.substr(line->size), head.fields);
  if (!fields) return fields;
  return head.size += *fields;
}

}  // namespace obi::protocol::http1
