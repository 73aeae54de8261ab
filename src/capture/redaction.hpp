// SPDX-License-Identifier: Apache-2.0
// Takes what may be secret out of a recorded segment while it stays parseable: every byte of a
// payload becomes 'x', but for what HTTP framing needs — the first line without its query, header
// names, the values of the headers that frame or correlate (Content-Length, Transfer-Encoding,
// Connection, Upgrade, Expect, Host, Traceparent), and line ends of a head. The end mark of a
// chunked body is kept. Lengths never change.
#pragma once
#include <cstddef>
#include <span>

namespace obi::capture {

/// `record` is one whole record; other types than segments are left as they are.
void redact_record(std::span<std::byte> record);
/// The payload of one call.
void redact_payload(std::span<char> payload);

}  // namespace obi::capture
