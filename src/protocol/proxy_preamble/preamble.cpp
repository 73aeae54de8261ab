// SPDX-License-Identifier: Apache-2.0
#include "protocol/proxy_preamble/preamble.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol {
namespace {

using model::Endpoint;
using model::IpAddress;

constexpr std::string_view kLineStart = "PROXY ";
constexpr std::string_view kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t kHeader = 16;     // signature, version and command, family, length
constexpr std::size_t kIpv4Block = 12;  // two addresses, two ports
constexpr std::size_t kIpv6Block = 36;
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool begins_alike(std::string_view text, std::string_view start) {
  const std::size_t size = std::min(text.size(), start.size());
  return text.substr(0, size) == start.substr(0, size);
}

// Takes a word off `rest`, up to the single blank that ends it.
std::string_view next_word(std::string_view& rest) {
  const std::size_t blank = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, blank);
  rest.remove_prefix(std::min(blank + 1, rest.size()));
  return word;
}

bool parse_address(std::string_view text, int family, IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return false;
  std::ranges::copy(text, terminated.begin());
  if (family == AF_INET6) return inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1;
  std::ranges::copy(kMapped, address.bytes.begin());
  return inet_pton(AF_INET, terminated.data(), address.bytes.data() + kMapped.size()) == 1;
}

bool parse_port(std::string_view text, std::uint16_t& port) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  return error == std::errc() && stop == end;
}

// "TCP4 10.0.0.1 10.0.0.2 5000 80", behind PROXY and without the line end. False: the rules are
// broken. Of UNKNOWN the rest of the line is to be ignored.
bool parse_line(std::string_view line, std::optional<Endpoint>& client) {
  const std::string_view family = next_word(line);
  if (family == "UNKNOWN") return true;
  if (line.ends_with(' ')) return false;
  const int type = family == "TCP4" ? AF_INET : family == "TCP6" ? AF_INET6 : AF_UNSPEC;
  if (type == AF_UNSPEC) return false;
  Endpoint source;
  Endpoint destination;
  const bool valid = parse_address(next_word(line), type, source.address) &&
                     parse_address(next_word(line), type, destination.address) &&
                     parse_port(next_word(line), source.port) &&
                     parse_port(next_word(line), destination.port) && line.empty();
  if (valid) client = source;
  return valid;
}

std::uint16_t big_endian(std::span<const std::byte> bytes) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[0]) << 8U |
                                    std::to_integer<unsigned>(bytes[1]));
}

// The source in a block of addresses of 4 or 16 bytes.
Endpoint source_of(std::span<const std::byte> block, std::size_t address_bytes) {
  Endpoint source;
  if (address_bytes == 4) std::ranges::copy(kMapped, source.address.bytes.begin());
  std::memcpy(source.address.bytes.data() + 16 - address_bytes, block.data(), address_bytes);
  source.port = big_endian(block.subspan(2 * address_bytes));
  return source;
}

}  // namespace

bool ProxyPreamble::may_begin(std::span<const std::byte> bytes) {
  const std::string_view text = text_of(bytes);
  return !text.empty() && (begins_alike(text, kLineStart) || begins_alike(text, kSignature));
}

ProxyPreamble::Step ProxyPreamble::take(std::span<const std::byte> bytes, std::uint64_t missing) {
  if (left_ > 0) {
    const std::uint64_t all = bytes.size() + missing;
    const std::uint64_t used = std::min(left_, all);
    left_ -= used;
    return {left_ == 0 ? Result::kEnd : Result::kPart, used};
  }
  const std::size_t before = kept_bytes_;
  const auto more = bytes.first(std::min(bytes.size(), kMaxKept - before));
  std::ranges::copy(more, kept_.begin() + static_cast<std::ptrdiff_t>(before));
  kept_bytes_ += more.size();
  if (!may_begin(kept())) return {Result::kNone};
  const bool is_line = text_of(kept()).starts_with(kLineStart.front());
  const Step step = is_line ? read_line(before) : read_binary(before, bytes.size() + missing);
  // What isn't decided by what was captured won't be: the rest of the call is not known.
  return step.result == Result::kUndecided && missing > 0 ? Step{Result::kNone} : step;
}

ProxyPreamble::Step ProxyPreamble::read_line(std::size_t before) {
  const std::string_view text = text_of(kept());
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos)
    return {text.size() < kMaxLine ? Result::kUndecided : Result::kNone};
  if (text.size() < kLineStart.size() || text[end - 1] != '\r') return {Result::kNone};
  const std::string_view line = text.substr(kLineStart.size(), end - 1 - kLineStart.size());
  if (!parse_line(line, client_)) return {Result::kNone};
  return {Result::kEnd, end + 1 - before};
}

ProxyPreamble::Step ProxyPreamble::read_binary(std::size_t before, std::uint64_t in_call) {
  if (kept_bytes_ < kHeader) return {Result::kUndecided};
  const unsigned version = std::to_integer<unsigned>(kept_[12]) >> 4U;
  const unsigned command = std::to_integer<unsigned>(kept_[12]) & 0xfU;
  const unsigned family = std::to_integer<unsigned>(kept_[13]) >> 4U;
  if (version != 2 || command > 1) return {Result::kNone};
  const std::uint64_t length = big_endian(kept().subspan(14));
  // Families: 0 unspecified, 1 IPv4, 2 IPv6, 3 Unix. The block is there even of LOCAL, whose is to
  // be ignored.
  const bool has_client = command == 1 && (family == 1 || family == 2);
  const std::size_t block = !has_client ? 0 : family == 1 ? kIpv4Block : kIpv6Block;
  if (length < block) return {Result::kNone};
  if (kept_bytes_ < kHeader + block) return {Result::kUndecided};
  if (has_client) client_ = source_of(kept().subspan(kHeader), family == 1 ? 4 : 16);
  const std::uint64_t size = kHeader + length - before;
  if (size <= in_call) return {Result::kEnd, size};
  left_ = size - in_call;
  return {Result::kPart, in_call};
}

}  // namespace obi::protocol
