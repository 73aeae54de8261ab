// SPDX-License-Identifier: Apache-2.0
// The URL that an HTTP request is for, from what a span says of it.
#pragma once
#include <string_view>

#include "base/arena.hpp"
#include "model/span.hpp"

namespace obi::model {

/// url.full (semantic conventions 1.41): an absolute URL (RFC 3986 section 4.3) of scheme, host
/// header, path and `query`, which the caller has redacted. Without host header the server's name
/// or address, and its port unless that is the scheme's own; `localhost` over a Unix socket. User
/// info is there as `REDACTED:REDACTED`. CONNECT and OPTIONS * name no path (RFC 9112 section 3.3).
/// What can't stand in a URL is percent-encoded. In `scratch`.
std::string_view full_url(const Span& span, std::string_view query, base::Arena& scratch);

}  // namespace obi::model
