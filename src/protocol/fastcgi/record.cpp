// SPDX-License-Identifier: Apache-2.0
#include "protocol/fastcgi/record.hpp"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace obi::protocol::fastcgi {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr int kFound = 302;
constexpr int kOk = 200;

unsigned number(std::byte byte) { return std::to_integer<unsigned>(byte); }

bool starts_with(std::string_view line, std::string_view lower) {
  return line.size() >= lower.size() && strncasecmp(line.data(), lower.data(), lower.size()) == 0;
}

// Of "404 Not Found"; 0 if there is none.
int status_of(std::string_view value) {
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  int status = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), status);
  return error == std::errc() && status >= 100 && status <= 999 ? status : 0;
}

}  // namespace

std::expected<RecordHeader, ParseError> parse_header(std::span<const std::byte> bytes) {
  if (!bytes.empty() && number(bytes[0]) != kVersion)
    return std::unexpected(ParseError::NotThisProtocol);
  if (bytes.size() < RecordHeader::kBytes) return std::unexpected(ParseError::Truncated);
  const unsigned type = number(bytes[1]);
  if (type < 1 || type > static_cast<unsigned>(RecordType::kUnknownType))
    return std::unexpected(ParseError::NotThisProtocol);
  return RecordHeader{
      .type = static_cast<RecordType>(type),
      .request_id = static_cast<std::uint16_t>(number(bytes[2]) << 8U | number(bytes[3])),
      .content_bytes = static_cast<std::uint16_t>(number(bytes[4]) << 8U | number(bytes[5])),
      .padding_bytes = static_cast<std::uint8_t>(bytes[6])};
}

bool is_servers(RecordType type) {
  switch (type) {
    case RecordType::kEndRequest:
    case RecordType::kStdout:
    case RecordType::kStderr:
    case RecordType::kGetValuesResult:
    case RecordType::kUnknownType: return true;
    default: return false;
  }
}

std::expected<void, ParseError> check_begin(std::span<const std::byte> bytes) {
  // version, type, id, length, padding, reserved; role, flags, reserved.
  constexpr std::array<unsigned, 16> kFixed = {1, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  constexpr std::array<unsigned, 16> kMask = {0xff, 0xff, 0,    0,    0xff, 0xff, 0,    0xff,
                                              0xff, 0xfc, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff};
  for (std::size_t i = 0; i < std::min(bytes.size(), kFixed.size()); ++i) {
    if ((number(bytes[i]) & kMask[i]) != kFixed[i])
      return std::unexpected(ParseError::NotThisProtocol);
  }
  const bool has_id = bytes.size() < 4 || number(bytes[2]) + number(bytes[3]) > 0;
  const bool has_role = bytes.size() < 10 || number(bytes[9]) > 0;
  if (!has_id || !has_role) return std::unexpected(ParseError::NotThisProtocol);
  if (bytes.size() < kFixed.size()) return std::unexpected(ParseError::Truncated);
  return {};
}

bool ends_with_end_request(std::span<const std::byte> tail) {
  if (tail.size() != 8) return false;
  // The application's status is that of a process: a byte. Then the protocol's, and three zeros.
  return number(tail[0]) == 0 && number(tail[1]) == 0 && number(tail[2]) == 0 &&
         number(tail[4]) <= 3 && number(tail[5]) == 0 && number(tail[6]) == 0 &&
         number(tail[7]) == 0;
}

// Of four bytes.
bool ParamWalk::long_length(std::size_t& length) {
  if (rest_.size() < 4) return false;
  length = static_cast<unsigned char>(rest_[0]) & 0x7fU;
  for (std::size_t i = 1; i < 4; ++i) length = length << 8U | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(4);
  return true;
}

CgiHead parse_cgi_head(std::string_view text, bool is_all) {
  CgiHead head;
  bool has_location = false;
  bool has_end = is_all;
  std::size_t at = 0;
  while (true) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) break;
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      head.bytes = at;
      has_end = true;
      break;
    }
    if (starts_with(line, "status:")) head.status = status_of(line.substr(7));
    has_location |= starts_with(line, "location:");
  }
  if (has_end && head.status == 0) head.status = has_location ? kFound : kOk;
  return head;
}

}  // namespace obi::protocol::fastcgi
