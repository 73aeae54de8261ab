// SPDX-License-Identifier: Apache-2.0
// From the text of a request line to the text of a span: path, query, scheme and host, always valid
// UTF-8. Pure functions.
#pragma once
#include <string_view>

#include "base/arena.hpp"

namespace obi::protocol::http1 {

/// Views point into the target.
struct TargetParts {
  std::string_view path;       ///< empty for CONNECT
  std::string_view query;      ///< without '?'
  std::string_view authority;  ///< of an absolute or authority form, without user info, else empty
  std::string_view scheme;  ///< "http" or "https" if an absolute form says so, else empty; static
};

/// Takes a request target apart: origin, absolute, authority and asterisk form (RFC 9112 section
/// 3.2). A fragment, which no client should send, is dropped.
TargetParts split_target(std::string_view method, std::string_view target);

/// Printable ASCII throughout: a copy needs no change.
bool is_safe(std::string_view text);

/// A copy in which control characters and bytes that are not valid UTF-8 are percent-encoded.
std::string_view safe_copy(std::string_view text, base::Arena& arena);

}  // namespace obi::protocol::http1
