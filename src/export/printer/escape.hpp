// SPDX-License-Identifier: Apache-2.0
// Text of spans comes from the wire: these write it so that it can do no harm. They append to a
// reused buffer. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace obi::exporting {

/// A JSON string with its quotes (RFC 8259 section 7). As Go does by default, '<', '>', '&', U+2028
/// and U+2029 are escaped, and each byte that is no UTF-8 (RFC 3629) becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
/// For a line that people read: control characters (also C1) and bytes that are no UTF-8 are
/// written as "\x1b", so that no request can forge a line or talk to the terminal.
void append_printable(std::string& out, std::string_view text);
/// Lower case, two digits a byte.
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);

}  // namespace obi::exporting
