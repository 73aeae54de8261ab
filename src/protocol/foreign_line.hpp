// SPDX-License-Identifier: Apache-2.0
// Protocols that aren't followed here but name themselves in the first line of a connection. Pure.
#pragma once
#include <string_view>

namespace obi::protocol {

/// Does `text`, from a connection's first byte on, begin with a whole line in which it names
/// another protocol than HTTP: the request or status line of one in HTTP's manner ("OPTIONS
/// rtsp://a RTSP/1.0", "SIP/2.0 200 OK", ICAP: RFC 2326 section 6, RFC 3261 section 7, RFC 3507
/// section 4.3), or the identification of SSH (RFC 4253 section 4.2)?
bool names_foreign_protocol(std::string_view text);

}  // namespace obi::protocol
