// SPDX-License-Identifier: Apache-2.0
#include "protocol/sunrpc/message.hpp"

#include "base/byte_cursor.hpp"

namespace obi::protocol::sunrpc {
namespace {

constexpr std::uint32_t kRpcVersion = 2;
constexpr std::uint32_t kMaxAuthBytes = 400;  // RFC 5531 section 8.2
constexpr std::uint32_t kMaxProgram =
    0x5fffffff;  // RFC 5531 section 13.1: above it all is reserved
constexpr std::uint32_t kMaxProcedure = 0xffff;
// The registry goes up to 8, tunnels and local ones to 390006; a small set keeps strangers out.
constexpr std::uint32_t kMaxFlavor = 8;
constexpr std::uint32_t kGssPseudoFlavors = 390000;  // 390003 to 390011, RFC 2623

std::unexpected<ParseError> stranger() { return std::unexpected(ParseError::NotThisProtocol); }
std::unexpected<ParseError> cut() { return std::unexpected(ParseError::Truncated); }

bool is_flavor(std::uint32_t flavor) {
  return flavor <= kMaxFlavor || (flavor > kGssPseudoFlavors && flavor < kGssPseudoFlavors + 12);
}

// Steps over an opaque_auth; false if it is none. The cursor fails if it is cut.
bool skip_auth(base::ByteCursor& cursor, std::uint32_t& flavor) {
  flavor = cursor.big<std::uint32_t>();
  const auto length = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return true;
  if (!is_flavor(flavor) || length > kMaxAuthBytes || (flavor == 0 && length != 0)) return false;
  cursor.skip(std::size_t{(length + 3) / 4} * 4);
  return true;
}

enum AcceptStat : std::uint32_t { kSuccess = 0, kSystemError = 5 };

std::expected<int, ParseError> accepted(base::ByteCursor& cursor) {
  std::uint32_t flavor = 0;
  if (!skip_auth(cursor, flavor)) return stranger();
  const auto stat = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return cut();
  if (stat > kSystemError) return stranger();
  return stat == kSuccess ? 0 : static_cast<int>(stat) + 1;
}

std::expected<int, ParseError> denied(base::ByteCursor& cursor) {
  enum RejectStat : std::uint32_t { kRpcMismatch = 0, kAuthError = 1 };
  const auto stat = cursor.big<std::uint32_t>();
  const auto detail = cursor.big<std::uint32_t>();  // the lowest version, or auth_stat
  if (!cursor.ok()) return cut();
  constexpr std::uint32_t kMaxAuthStat = 14;
  if (stat > kAuthError || (stat == kAuthError && detail > kMaxAuthStat)) return stranger();
  return 1;
}

}  // namespace

std::expected<FragmentMark, ParseError> parse_mark(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  const auto word = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return cut();
  const FragmentMark mark{.length = word & 0x7fffffffU, .is_last = word >> 31U != 0};
  if (mark.length > FragmentMark::kMaxLength) return std::unexpected(ParseError::Malformed);
  return mark;
}

std::expected<Kind, ParseError> kind_of(std::span<const std::byte> record) {
  base::ByteCursor cursor(record);
  cursor.skip(4);
  const auto kind = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return cut();
  if (kind > 1) return stranger();
  return kind == 0 ? Kind::kCall : Kind::kReply;
}

std::expected<Call, ParseError> parse_call(std::span<const std::byte> record) {
  base::ByteCursor cursor(record);
  Call call;
  call.xid = cursor.big<std::uint32_t>();
  const auto kind = cursor.big<std::uint32_t>();
  const auto rpc_version = cursor.big<std::uint32_t>();
  call.program = cursor.big<std::uint32_t>();
  call.version = cursor.big<std::uint32_t>();
  call.procedure = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return cut();
  if (kind != 0 || rpc_version != kRpcVersion || call.program == 0 || call.program > kMaxProgram ||
      call.procedure > kMaxProcedure)
    return stranger();
  std::uint32_t verifier = 0;
  if (!skip_auth(cursor, call.auth_flavor) || !skip_auth(cursor, verifier)) return stranger();
  if (!cursor.ok()) return cut();
  return call;
}

std::expected<Reply, ParseError> parse_reply(std::span<const std::byte> record) {
  base::ByteCursor cursor(record);
  Reply reply;
  reply.xid = cursor.big<std::uint32_t>();
  const auto kind = cursor.big<std::uint32_t>();
  const auto stat = cursor.big<std::uint32_t>();
  if (!cursor.ok()) return cut();
  if (kind != 1 || stat > 1) return stranger();
  const auto status = stat == 0 ? accepted(cursor) : denied(cursor);
  if (!status) return std::unexpected(status.error());
  reply.status = *status;
  return reply;
}

}  // namespace obi::protocol::sunrpc
