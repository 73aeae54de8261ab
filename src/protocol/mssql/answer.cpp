// SPDX-License-Identifier: Apache-2.0
#include "protocol/mssql/answer.hpp"

#include <utility>

#include "base/byte_cursor.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::mssql {
namespace {

using base::ByteCursor;

enum Token : std::uint8_t {
  kReturnStatus = 0x79,
  kTabName = 0xa4,
  kColInfo = 0xa5,
  kOrder = 0xa9,
  kErrorToken = 0xaa,
  kInfo = 0xab,
  kReturnValue = 0xac,
  kLoginAck = 0xad,
  kEnvironment = 0xe3,
  kSessionState = 0xe4,
  kSspi = 0xed,
  kDone = 0xfd,
  kDoneProc = 0xfe,
  kDoneInProc = 0xff,
};

// Status of the DONE tokens.
constexpr std::uint16_t kDoneError = 0x0002;
constexpr std::uint16_t kDoneAttention = 0x0020;
constexpr std::uint16_t kDoneServerError = 0x0100;
constexpr std::uint16_t kDoneBits = 0x0137;
constexpr std::uint16_t kDoneMore = 0x0001;

constexpr std::uint8_t kDatabaseChange = 1;
constexpr std::uint8_t kMaxSeverity = 25;
constexpr std::uint8_t kMaxInformation = 10;  // severity of what is no error
constexpr int kMaxReturned = 8;               // values, of the procedures that answer a handle

std::uint8_t first_of(Bytes bytes) { return std::to_integer<std::uint8_t>(bytes[0]); }

}  // namespace

std::optional<ErrorToken> parse_error(Bytes bytes, std::size_t& size) {
  ByteCursor cursor(bytes);
  const auto length = cursor.little<std::uint16_t>();
  ErrorToken error;
  error.number = cursor.little<std::uint32_t>();
  cursor.u8();  // state
  error.severity = cursor.u8();
  error.message = cursor.take(std::size_t{cursor.little<std::uint16_t>()} * 2);
  for (int i = 0; i < 2; ++i) cursor.skip(std::size_t{cursor.u8()} * 2);  // server, procedure
  const std::size_t used = bytes.size() - cursor.left() - 2;
  // Then the line, of 4 bytes, or 2 before TDS 7.2.
  if (!cursor.ok() || (length != used + 4 && length != used + 2)) return std::nullopt;
  if (error.severity > kMaxSeverity || !cursor.skip(length - used)) return std::nullopt;
  size = std::size_t{2} + length;
  return error;
}

void Answer::begin(bool has_headers) {
  has_begun_ = is_first_ = true;
  has_headers_ = has_headers;
  has_error_bit_ = false;
  error_number_ = 0;
  handle_.reset();
  error_message_.clear();
  database_.clear();
}

void Answer::take(Bytes payload, bool is_whole, bool is_last) {
  if (std::exchange(is_first_, false)) {
    Bytes rest = payload;
    while (!rest.empty()) {
      const std::uint8_t token = first_of(rest);
      rest = rest.subspan(1);
      if (!take_token(token, rest)) break;
    }
  }
  if (is_last && is_whole) take_end(payload);
}

// Takes the token's value off the front of `rest`; false if it isn't one that can be skipped.
bool Answer::take_token(std::uint8_t token, Bytes& rest) {
  ByteCursor cursor(rest);
  switch (token) {
    case kErrorToken: {
      std::size_t size = 0;
      const auto error = parse_error(rest, size);
      if (!error) return false;
      keep_error(*error);
      rest = rest.subspan(size);
      return true;
    }
    case kEnvironment: take_environment(cursor.take(cursor.little<std::uint16_t>())); break;
    case kTabName:
    case kColInfo:
    case kOrder:
    case kInfo:
    case kLoginAck:
    case kSspi: cursor.skip(cursor.little<std::uint16_t>()); break;
    case kSessionState: cursor.skip(cursor.little<std::uint32_t>()); break;
    case kReturnStatus: cursor.skip(4); break;
    case kReturnValue: {
      const auto number = returned_number(rest);
      if (number && !handle_) handle_ = number;
      return number.has_value();
    }
    case kDone:
    case kDoneProc:
    case kDoneInProc: {
      const auto status = cursor.little<std::uint16_t>();
      cursor.skip(done_bytes() - 3);
      if (cursor.ok() && (status & (kDoneError | kDoneAttention | kDoneServerError)) != 0)
        has_error_bit_ = true;
      break;
    }
    default: return false;
  }
  rest = cursor.rest();
  return cursor.ok();
}

void Answer::take_environment(Bytes value) {
  ByteCursor cursor(value);
  if (cursor.u8() != kDatabaseChange) return;
  const Bytes name = cursor.take(std::size_t{cursor.u8()} * 2);
  database_.clear();
  append_utf8(name, database_, kMaxSpanText);
}

void Answer::keep_error(const ErrorToken& error) {
  if (error_number_ != 0 || error.severity <= kMaxInformation) return;
  error_number_ = error.number;
  error_message_.clear();
  append_utf8(error.message, error_message_, kMaxSpanText);
}

// RETURNVALUE (2.2.7.19) of an integer; the others are of no interest.
std::optional<std::uint32_t> Answer::returned_number(Bytes& rest) const {
  ByteCursor cursor(rest);
  cursor.skip(2);                               // which parameter
  cursor.skip(std::size_t{cursor.u8()} * 2);    // name
  cursor.skip(1 + (has_headers_ ? 4 : 2) + 2);  // status, user type, flags
  const std::uint8_t type = cursor.u8();
  std::uint32_t number = 0;
  if (type == 0x26) {  // INTN
    const std::uint8_t largest = cursor.u8();
    const std::uint8_t length = cursor.u8();
    if (largest > 8 || length > largest) return std::nullopt;
    number = static_cast<std::uint32_t>(cursor.little_bytes(length));
  } else if (type == 0x38) {  // INT4
    number = cursor.little<std::uint32_t>();
  } else {
    return std::nullopt;
  }
  if (!cursor.ok()) return std::nullopt;
  rest = cursor.rest();
  return number;
}

// The last packet ends with DONE or DONEPROC.
void Answer::take_end(Bytes payload) {
  if (payload.size() < done_bytes()) return;
  const std::size_t end = payload.size() - done_bytes();
  ByteCursor cursor(payload.subspan(end));
  const std::uint8_t token = cursor.u8();
  const auto status = cursor.little<std::uint16_t>();
  if ((token != kDone && token != kDoneProc) || (status & ~kDoneBits) != 0 ||
      (status & kDoneMore) != 0) {
    return;
  }
  if ((status & (kDoneError | kDoneAttention | kDoneServerError)) != 0) has_error_bit_ = true;
  if (has_error_bit_ && error_number_ == 0) find_error(payload.first(end));
  if (!handle_ && token == kDoneProc) find_handle(payload, end);
}

// An error behind rows: its lengths must fit each other, which chance doesn't bring about.
void Answer::find_error(Bytes payload) {
  for (std::size_t at = 0; at < payload.size(); ++at) {
    if (payload[at] != std::byte{kErrorToken}) continue;
    std::size_t size = 0;
    const auto error = parse_error(payload.subspan(at + 1), size);
    if (!error || error->severity <= kMaxInformation) continue;
    return keep_error(*error);
  }
}

// Returned values behind rows: from the first of them on, they lead to the end exactly.
void Answer::find_handle(Bytes payload, std::size_t end) {
  for (std::size_t at = 0; at < end; ++at) {
    if (payload[at] != std::byte{kReturnValue}) continue;
    Bytes rest = payload.subspan(at, end - at);
    std::optional<std::uint32_t> first;
    for (int i = 0; i < kMaxReturned && !rest.empty() && first_of(rest) == kReturnValue; ++i) {
      rest = rest.subspan(1);
      const auto number = returned_number(rest);
      if (!number) break;
      if (!first) first = number;
    }
    if (!first || !rest.empty()) continue;
    handle_ = first;
    return;
  }
}

}  // namespace obi::protocol::mssql
