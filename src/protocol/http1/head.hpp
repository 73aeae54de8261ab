// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP/1.x messages (RFC 9112), parsed in place. Pure functions; views point into the
// input. Line ends may be CRLF or LF (section 2.2).
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::http1 {

/// The header fields that matter here.
struct Fields {
  std::optional<std::uint64_t> content_length;
  bool transfer_encoding = false;  ///< the field is there
  bool chunked = false;            ///< … and chunked is its last coding
  bool expects_continue = false;   ///< Expect: the body may stay away (RFC 9110 section 10.1.1)
  std::string_view host;
  std::string_view traceparent;
};

struct RequestHead {
  std::string_view method;
  std::string_view target;
  Fields fields;
};

struct ResponseHead {
  int status = 0;  ///< 100 … 999
  Fields fields;
};

/// The method as static text if it is one that makes spans, else empty. Those of RFC 9110 section
/// 9.3, PATCH (RFC 5789) and WebDAV's (RFC 4918 section 9).
std::string_view known_method(std::string_view method);

/// Could a request begin with `text`? A prefix of a request line counts only with a known method.
bool may_begin_request(std::string_view text);
/// Could a response begin with `text`? Any prefix of "HTTP/1." counts.
bool may_begin_response(std::string_view text);

/// Parse a head and return its bytes, the empty line included. Truncated while the empty line is
/// missing; `head` then holds what was read, and its method or status is set if the first line was
/// whole. NotThisProtocol: the first line is something else. Malformed: the fields leave the length
/// of the body in doubt, or contradict each other about it (RFC 9112 section 6.3).
std::expected<std::size_t, ParseError> parse_request(std::string_view text, RequestHead& head);
std::expected<std::size_t, ParseError> parse_response(std::string_view text, ResponseHead& head);

}  // namespace obi::protocol::http1
