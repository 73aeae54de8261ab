// SPDX-License-Identifier: Apache-2.0
// From the text of a request line to the text of a span: path, query, scheme and host, always valid
// UTF-8. Pure functions.
#pragma once
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::protocol::http1 {

/// Views point into the target.
struct TargetParts {
  std::string_view path;       ///< empty for CONNECT
  std::string_view query;      ///< without '?'
  std::string_view authority;  ///< of an absolute or authority form, without user info, else empty
  /// Of an absolute form: "http", "https", "ftp", "ws" or "wss"; else empty. Static.
  std::string_view scheme;
  bool has_user_info = false;  ///< the authority named a user
};

/// Takes a request target apart: origin, absolute, authority and asterisk form (RFC 9112 section
/// 3.2). A fragment, which no client should send, is dropped. Of CONNECT the target is an
/// authority.
TargetParts split_target(bool is_connect, std::string_view target);

/// What of a Host field or an authority can stand in a URL: host or host:port (RFC 3986 section
/// 3.2), without user info and without a colon that no port follows. Empty if it is something else.
/// Letters beyond ASCII, which clients are to encode, are put up with.
std::string_view url_authority(std::string_view text);

/// Printable ASCII throughout: a copy needs no change.
bool is_safe(std::string_view text);

/// Status of a request that had no response for `request_timeout_ns`.
inline constexpr int kTimedOut = 408;

/// What is said of a request on the wire.
struct RequestText {
  std::string_view method;           ///< as of Methods; lives as long as the span
  std::string_view original_method;  ///< empty if the method is known
  std::string_view target;
  std::string_view host;  ///< the Host field; empty if none
  bool is_connect = false;
  bool https = false;    ///< of a target that doesn't say
  bool is_kept = false;  ///< the texts are safe, and in the span's arena
};

/// Fills in method, path, query, scheme and host of a span.
void set_request(const RequestText& request, base::Arena& arena, model::Span& span);

/// A copy in which control characters and bytes that are not valid UTF-8 are percent-encoded.
std::string_view safe_copy(std::string_view text, base::Arena& arena);

}  // namespace obi::protocol::http1
