// SPDX-License-Identifier: Apache-2.0
#include "export/http/request_head.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/percent.hpp"

namespace obi::exporting {
namespace {

bool is_token_byte(char c) {  // RFC 9110, 5.6.2
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (std::isalnum(static_cast<unsigned char>(c)) != 0 &&
          static_cast<unsigned char>(c) < 0x80) ||
         kOthers.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_byte);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes what stands in front of the next `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return taken;
}

std::string_view take_line(std::string_view& rest) {
  std::string_view line = take_until(rest, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Of a request target in origin form, absolute form (which a proxy would get, 3.2.2) or "*".
bool read_target(std::string_view target, RequestHead& head) {
  if (target == "*") {
    head.path = "*";
    return true;
  }
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos || scheme > 5) return false;
    const std::size_t path = target.find_first_of("/?#", scheme + 3);
    if (path == scheme + 3) return false;
    target.remove_prefix(path == std::string_view::npos ? target.size() : path);
    if (!target.starts_with('/')) target = "/";
  }
  return base::percent_decode(target.substr(0, target.find_first_of("?#")), head.path);
}

int read_request_line(std::string_view line, RequestHead& head) {
  if (line.size() > kMaxRequestLine) return 414;
  const std::string_view method = take_until(line, ' ');
  const std::string_view target = take_until(line, ' ');
  const bool printable = std::ranges::all_of(
      target, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7f; });
  if (!is_token(method) || target.empty() || !printable) return 400;
  if (!line.starts_with("HTTP/") || line.size() != 8 || line[6] != '.') return 400;
  if (line[5] != '1') return std::isdigit(static_cast<unsigned char>(line[5])) != 0 ? 505 : 400;
  if (std::isdigit(static_cast<unsigned char>(line[7])) == 0) return 400;
  head.is_http11 = line[7] != '0';
  head.method = method == "GET" ? Method::kGet : method == "HEAD" ? Method::kHead : Method::kOther;
  return read_target(target, head) ? 200 : 400;
}

bool lists(std::string_view value, std::string_view word) {
  while (!value.empty()) {
    if (equals_ignoring_case(trimmed(take_until(value, ',')), word)) return true;
  }
  return false;
}

/// Whether an Accept-Encoding takes gzip: named with another weight than 0 (RFC 9110, 12.5.3).
bool takes_gzip(std::string_view value) {
  while (!value.empty()) {
    std::string_view item = take_until(value, ',');
    const std::string_view coding = trimmed(take_until(item, ';'));
    if (!equals_ignoring_case(coding, "gzip") && coding != "*") continue;
    std::string_view weight = trimmed(item);
    if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return true;
    weight.remove_prefix(2);
    return weight.find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

struct Fields {
  int hosts = 0;
  std::string_view content_length;
  bool has_length = false;
  bool is_chunked = false;
  bool says_close = false;
  bool says_keep_alive = false;
};

bool read_length(std::string_view value, Fields& fields) {
  constexpr std::size_t kDigits = 18;
  if (value.empty() || value.size() > kDigits ||
      !std::ranges::all_of(value, [](unsigned char c) { return std::isdigit(c) != 0; }))
    return false;
  if (fields.has_length && fields.content_length != value) return false;
  fields.has_length = true;
  fields.content_length = value;
  return true;
}

bool read_field(std::string_view line, Fields& fields, RequestHead& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (value.find('\0') != std::string_view::npos || value.find('\r') != std::string_view::npos)
    return false;
  if (equals_ignoring_case(name, "host")) {
    ++fields.hosts;
  } else if (equals_ignoring_case(name, "content-length")) {
    return read_length(value, fields);
  } else if (equals_ignoring_case(name, "transfer-encoding")) {
    fields.is_chunked = true;
  } else if (equals_ignoring_case(name, "connection")) {
    fields.says_close |= lists(value, "close");
    fields.says_keep_alive |= lists(value, "keep-alive");
  } else if (equals_ignoring_case(name, "accept-encoding")) {
    head.accepts_gzip |= takes_gzip(value);
  }
  return true;
}

RequestHead refused(int status) { return {.status = status}; }

std::string_view without_empty_lines(std::string_view text) {
  while (text.starts_with("\r\n") || text.starts_with('\n'))
    text.remove_prefix(text.front() == '\n' ? 1 : 2);
  return text;
}

}  // namespace

std::optional<std::size_t> HeadEnd::find(std::string_view text) {
  while (true) {
    const std::size_t end = text.find('\n', scanned_);
    if (end == std::string_view::npos) {
      scanned_ = text.size();
      return std::nullopt;
    }
    const std::string_view line = text.substr(line_begin_, end - line_begin_);
    const bool is_empty = line.empty() || line == "\r";
    scanned_ = line_begin_ = end + 1;
    if (is_empty && has_request_line_) {
      *this = {};
      return end + 1;
    }
    has_request_line_ |= !is_empty;
  }
}

RequestHead parse_request_head(std::string_view text) {
  RequestHead head;
  text = without_empty_lines(text);
  if (const int status = read_request_line(take_line(text), head); status != 200)
    return refused(status);
  Fields fields;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if (!read_field(line, fields, head)) return refused(400);
  }
  if (fields.hosts > 1 || (head.is_http11 && fields.hosts == 0)) return refused(400);
  if (fields.has_length && fields.is_chunked) return refused(400);  // RFC 9112, 6.1: smuggling
  head.has_body =
      fields.is_chunked || fields.content_length.find_first_not_of('0') != std::string_view::npos;
  head.keep_alive =
      !fields.says_close && !head.has_body && (head.is_http11 || fields.says_keep_alive);
  return head;
}

int refusal_of_partial_head(std::string_view text) {
  constexpr std::size_t kMaxEmptyLines = 8;  // bytes
  const std::size_t received = text.size();
  text = without_empty_lines(text);
  if (received - text.size() > kMaxEmptyLines) return 400;
  if (text == "\r") return 0;
  const std::size_t line_end = text.find('\n');
  const std::string_view line = text.substr(0, line_end);
  const std::string_view method = line.substr(0, line.find(' '));
  constexpr std::size_t kLongestMethod = 32;
  if (!method.empty() && (method.size() > kLongestMethod || !is_token(method))) return 400;
  if (line.size() > kMaxRequestLine) return 414;
  return text.size() > kMaxRequestHead ? 431 : 0;
}

}  // namespace obi::exporting
