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
  /// Content-Length is no number, or several that differ, or a field about the length is folded.
  bool ambiguous_length = false;
  bool ambiguous_host = false;     ///< several Host fields that differ: `host` is empty
  bool transfer_encoding = false;  ///< a coding other than identity is there
  bool chunked = false;            ///< … and chunked is the last of them
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

constexpr std::size_t kMaxMethod = 32;  ///< characters; servers' own limits are lower

/// Can it be a method at all? A token (RFC 9110 section 5.6.2) of up to kMaxMethod characters.
bool is_method(std::string_view text);

/// Could a request begin with `text`? Anywhere: a prefix of a request line counts only with a
/// common method, those of RFC 9110 section 9.3, PATCH (RFC 5789) and WebDAV's (RFC 4918 section
/// 9).
bool may_begin_request(std::string_view text);
/// … at the end of the message before, or at the beginning of a connection: any method counts.
bool may_continue_with_request(std::string_view text);
/// Is it sure that `text`, which may be cut, begins a request?
bool begins_request(std::string_view text);
/// Could a response begin with `text`? Any prefix of "HTTP/1." counts.
bool may_begin_response(std::string_view text);

/// Parse a head and return its bytes, the empty line included. Truncated while the empty line is
/// missing; `head` then holds what was read, and its method or status is set if the first line was
/// whole. NotThisProtocol: the first line is something else. Nothing else fails: fields that leave
/// the length of the body ambiguous say so in `head.fields` (RFC 9112 section 6.3). Of a request
/// any version of HTTP will do but the preface of HTTP/2, as servers refuse the others by an
/// answer.
std::expected<std::size_t, ParseError> parse_request(std::string_view text, RequestHead& head);
std::expected<std::size_t, ParseError> parse_response(std::string_view text, ResponseHead& head);

/// Reads method and the beginning of the target from a request line of which the end is missing.
/// False if it can't be one, or is so short that bytes were lost rather than not captured: then the
/// target would pass for another.
bool parse_cut_request(std::string_view text, RequestHead& head);

/// `text` without the line ends at its beginning (RFC 9112 section 2.2).
std::string_view without_empty_lines(std::string_view text);

}  // namespace obi::protocol::http1
