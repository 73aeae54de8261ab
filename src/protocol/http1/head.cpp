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

constexpr std::array<std::string_view, 16> kCommonMethods = {
    "GET",     "POST",     "PUT",       "HEAD",  "DELETE", "PATCH", "OPTIONS", "TRACE",
    "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",   "MOVE",  "LOCK",    "UNLOCK"};
constexpr std::size_t kMinCutTarget = 1000;  // no call is captured to less, if its beginning is
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
    table[static_cast<unsigned char>(c)] = true;
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

// RFC 9110 section 8.6: equal values count as one, also in one line.
void take_length(std::string_view values, Fields& fields) {
  std::size_t comma = 0;
  do {
    comma = values.find(',');
    const std::string_view value = trim(values.substr(0, comma));
    values.remove_prefix(comma == std::string_view::npos ? values.size() : comma + 1);
    std::uint64_t length = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, length);
    const bool valid = error == std::errc() && stop == end && length <= kMaxLength;
    if (!valid || fields.content_length.value_or(length) != length) {
      fields.ambiguous_length = true;
      return;
    }
    fields.content_length = length;
  } while (comma != std::string_view::npos);
}

// RFC 9112 section 6.1. The coding identity, of RFC 2616, is none.
void take_codings(std::string_view codings, Fields& fields) {
  while (!codings.empty()) {
    const std::size_t comma = codings.find(',');
    const std::string_view coding = trim(codings.substr(0, comma));
    codings.remove_prefix(comma == std::string_view::npos ? codings.size() : comma + 1);
    if (coding.empty() || is_named(coding, "identity")) continue;
    fields.transfer_encoding = true;
    fields.chunked = is_named(coding, "chunked");
  }
}

void take_host(std::string_view value, Fields& fields) {
  if (!fields.host.empty() && fields.host != value) fields.ambiguous_host = true;
  fields.host = fields.ambiguous_host ? std::string_view() : value;
}

// True if the field says how long the body is.
bool take_field(std::string_view name, std::string_view value, Fields& fields) {
  switch (name.size()) {
    case 4:
      if (is_named(name, "host")) take_host(value, fields);
      return false;
    case 6:
      if (is_named(name, "expect")) fields.expects_continue = true;
      return false;
    case 11:
      if (is_named(name, "traceparent")) fields.traceparent = value;
      return false;
    case 14:
      if (!is_named(name, "content-length")) return false;
      take_length(value, fields);
      return true;
    case 17:
      if (!is_named(name, "transfer-encoding")) return false;
      take_codings(value, fields);
      return true;
    default: return false;
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
// our business, lines that are no field included, for servers put up with more than the grammar
// allows.
inline bool may_matter(std::string_view line) {
  switch (line.front() | 0x20) {
    case 'c': return line.size() > 14 && (line[8] | 0x20) == 'l';  // content-length
    case 'e': return line.size() > 6 && (line[5] | 0x20) == 't';   // expect
    case 'h': return line.size() > 4 && (line[3] | 0x20) == 't';   // host
    case 't': return line.size() > 11;                             // traceparent, …
    default: return false;
  }
}

// "name: value". True if the field says how long the body is.
bool take_line(std::string_view line, Fields& fields) {
  const std::size_t colon = line.find(':');
  return colon != std::string_view::npos &&
         take_field(trim(line.substr(0, colon)), trim(line.substr(colon + 1)), fields);
}

// Reads field lines from the start of `rest` up to the empty line, and returns the bytes of `text`
// before what is left: `rest` is the end of `text`.
Parsed parse_fields(std::string_view text, std::string_view rest, Fields& fields) {
  std::string_view line;
  bool is_length = false;
  while (true) {
    if (!next_line(rest, line)) return std::unexpected(ParseError::Truncated);
    if (line.empty()) return text.size() - rest.size();
    if (may_matter(line)) {
      is_length = take_line(line, fields);
    } else if (is_length) {
      // Obsolete folding (RFC 9112 section 5.2), which servers refuse or read in their own way.
      if (!is_blank(line.front())) is_length = false;
      fields.ambiguous_length |= is_length;
    }
  }
}

bool is_version(std::string_view text) {
  return text.size() == kVersionSize && text.starts_with(kVersion) && text.back() >= '0' &&
         text.back() <= '9';
}

// Any version, also one that is to be refused: "HTTP/2.0", "http/1.1", "HTTP/1".
bool is_any_version(std::string_view text) {
  constexpr std::string_view kName = "HTTP/";
  constexpr std::size_t kMaxNumber = 8;
  if (is_version(text)) return true;
  if (text.size() <= kName.size() || text.size() > kName.size() + kMaxNumber) return false;
  const std::string_view number = text.substr(kName.size());
  return strncasecmp(text.data(), kName.data(), kName.size()) == 0 && number.front() != '.' &&
         number.find_first_not_of("0123456789.") == std::string_view::npos;
}

// RFC 9112 section 3: method SP request-target SP HTTP-version. Blanks inside the target, which
// clients are not to send, belong to it; further ones around the parts are put up with.
bool parse_request_line(std::string_view line, RequestHead& head) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  const std::size_t first = token_size(line.substr(0, kMaxMethod + 1));
  const std::size_t last = line.rfind(' ');
  if (first == 0 || first > kMaxMethod || last == std::string_view::npos || last <= first ||
      line[first] != ' ' || !is_any_version(line.substr(last + 1))) {
    return false;
  }
  const std::string_view target = trim(line.substr(first, last - first));
  const std::string_view method = line.substr(0, first);
  // The preface of HTTP/2 (RFC 9113 section 3.4), and SSDP (UPnP Device Architecture, section 1).
  const bool is_other =
      target == "*" && (method == "PRI" || method == "M-SEARCH" || method == "NOTIFY");
  if (target.empty() || is_other) return false;
  head.method = method;
  head.target = target;
  return true;
}

bool is_common(std::string_view method) {
  return std::ranges::find(kCommonMethods, method) != kCommonMethods.end();
}

// Method and target, as far as it goes, of a request line without end.
bool parse_line_start(std::string_view text, RequestHead& head) {
  const std::size_t method = token_size(text.substr(0, kMaxMethod + 1));
  if (method == 0 || method > kMaxMethod || method == text.size() || text[method] != ' ')
    return false;
  std::string_view target = trim(text.substr(method));
  target = target.substr(0, target.find_first_of(" \t\r\n"));
  const bool common = is_common(text.substr(0, method));
  const bool absolute = target.size() > 4 && strncasecmp(target.data(), "http", 4) == 0;
  if (!target.starts_with('/') && !(common && absolute)) return false;
  head.method = text.substr(0, method);
  head.target = target;
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

bool is_method(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMethod && token_size(text) == text.size();
}

bool may_begin_request(std::string_view text) {
  std::string_view rest = text;
  std::string_view line;
  if (next_line(rest, line)) {
    RequestHead head;
    return parse_request_line(line, head);
  }
  const std::size_t space = text.substr(0, kMaxMethod + 1).find(' ');
  if (space != std::string_view::npos) return is_common(text.substr(0, space));
  return !text.empty() && std::ranges::any_of(kCommonMethods, [text](std::string_view method) {
    return method.starts_with(text);
  });
}

bool may_continue_with_request(std::string_view text) {
  if (text.find('\n') != std::string_view::npos) return may_begin_request(text);
  const std::size_t method = token_size(text.substr(0, kMaxMethod + 1));
  if (method == 0 || method > kMaxMethod) return false;
  if (method == text.size()) return true;
  const auto is_control = [](char c) { return c >= 0 && c < ' ' && c != '\t' && c != '\r'; };
  return text[method] == ' ' && std::ranges::none_of(text.substr(method), is_control);
}

bool begins_request(std::string_view text) {
  if (text.find('\n') != std::string_view::npos) return may_begin_request(text);
  RequestHead head;
  return may_begin_request(text) && parse_line_start(text, head);
}

bool parse_cut_request(std::string_view text, RequestHead& head) {
  RequestHead start;
  if (!parse_line_start(text, start) || start.target.size() < kMinCutTarget) return false;
  head = start;
  return true;
}

std::string_view without_empty_lines(std::string_view text) {
  const auto ends_line = [](char c) { return c == '\r' || c == '\n'; };
  return {std::ranges::find_if_not(text, ends_line), text.end()};
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
  return parse_fields(text, rest, head.fields);
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
