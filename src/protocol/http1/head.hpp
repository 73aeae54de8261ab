// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP/1.x messages (RFC 9112), parsed in place. Views point into the input.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "model/trace_id.hpp"
#include "protocol/conversation.hpp"

namespace obi::protocol::http1 {

/// How the body of a message ends (RFC 9112 section 6.3).
enum class Framing : std::uint8_t { kNone, kLength, kChunked, kUntilClose };

/// The header fields that matter here.
struct Fields {
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool transfer_encoding = false;
  bool upgrade = false;
  std::string_view host;
  std::string_view traceparent;
};

struct RequestHead {
  std::string_view method;
  std::string_view target;
  bool version_1_0 = false;
  Fields fields;
  std::size_t size = 0;  ///< bytes of the head, its empty line included
};

struct ResponseHead {
  int status = 0;
  Fields fields;
  std::size_t size = 0;
};

/// Could a message begin with this text? A prefix of a start line counts.
bool may_begin_request(std::string_view text);
bool may_begin_response(std::string_view text);
/// Is the method one that makes spans?
bool is_known_method(std::string_view method);

/// Truncated while the empty line is missing; NotThisProtocol or Malformed if no continuation helps.
/// Returns the bytes of the head, its empty line included; `head` holds what was read of it, also when it is Truncated.
std::expected<std::size_t, ParseError> parse_request(std::string_view text, RequestHead& head);
std::expected<std::size_t, ParseError> parse_response(std::string_view text, ResponseHead& head);
/// Only the first line; Truncated while its end is missing. `size` is the line with its end.
std::expected<RequestHead, ParseError> parse_request_line(std::string_view text);
std::expected<ResponseHead, ParseError> parse_status_line(std::string_view text);

}  // namespace obi::protocol::http1
