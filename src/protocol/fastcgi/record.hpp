// SPDX-License-Identifier: Apache-2.0
// The records of FastCGI (FastCGI Specification 1.0): a header of eight bytes, content, padding.
// Pure functions; views point into the input, which may be cut.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol::fastcgi {

enum class RecordType : std::uint8_t {
  kBeginRequest = 1,
  kAbortRequest = 2,
  kEndRequest = 3,
  kParams = 4,
  kStdin = 5,
  kStdout = 6,
  kStderr = 7,
  kData = 8,
  kGetValues = 9,
  kGetValuesResult = 10,
  kUnknownType = 11,
};

struct RecordHeader {
  static constexpr std::size_t kBytes = 8;
  RecordType type = RecordType::kBeginRequest;
  std::uint16_t request_id = 0;  ///< 0: about the connection, not a request
  std::uint16_t content_bytes = 0;
  std::uint8_t padding_bytes = 0;
  [[nodiscard]] std::uint64_t size() const { return kBytes + content_bytes + padding_bytes; }
};

std::expected<RecordHeader, ParseError> parse_header(std::span<const std::byte> bytes);

/// Whether a server sends records of that type; else a client does.
bool is_servers(RecordType type);

/// Whether the bytes are those of a FCGI_BEGIN_REQUEST: every byte of it is fixed but the id, the
/// role (1 to 3), a flag, and padding. Truncated: so far they are.
std::expected<void, ParseError> check_begin(std::span<const std::byte> bytes);

/// Whether these last bytes of a call are the content of a FCGI_END_REQUEST, as far as it is fixed.
bool ends_with_end_request(std::span<const std::byte> tail);

struct Param {
  std::string_view name;
  std::string_view value;
};

/// The name-value pairs of FCGI_PARAMS, one after another; a pair that is cut is none.
class ParamWalk {
 public:
  explicit ParamWalk(std::string_view text) : rest_(text) {}
  /// False at the end, and where what is left is cut.
  bool next(Param& param) {
    std::size_t name = 0;
    std::size_t value = 0;
    // Each is below 2^31, so their sum doesn't wrap.
    if (!length(name) || !length(value) || name + value > rest_.size()) {
      rest_ = {};
      return false;
    }
    param = {.name = rest_.substr(0, name), .value = rest_.substr(name, value)};
    rest_.remove_prefix(name + value);
    return true;
  }

 private:
  bool length(std::size_t& length) {
    if (rest_.empty()) return false;
    length = static_cast<unsigned char>(rest_.front());
    if (length >= 0x80) return long_length(length);
    rest_.remove_prefix(1);
    return true;
  }
  bool long_length(std::size_t& length);
  std::string_view rest_;
};

/// The header fields at the front of what a CGI program writes (RFC 3875 section 6).
struct CgiHead {
  int status = 0;         ///< of "Status:", else 302 with a "Location:", else 200; 0 while unknown
  std::size_t bytes = 0;  ///< up to the body; 0 while the end isn't there
};
/// `is_all`: no more of it will be there.
CgiHead parse_cgi_head(std::string_view text, bool is_all);

}  // namespace obi::protocol::fastcgi
