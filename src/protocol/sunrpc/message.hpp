// SPDX-License-Identifier: Apache-2.0
// ONC RPC version 2: the front of a call and of a reply, and the record marks that part them on TCP
// (RFC 5531 sections 9 and 11). Credentials are stepped over: only their flavor is reported. Pure
// functions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "protocol/conversation.hpp"

namespace obi::protocol::sunrpc {

struct FragmentMark {
  static constexpr std::size_t kBytes = 4;
  /// NFS moves up to 1 MiB a call, and some servers allow more; beyond it a mark is taken for bytes
  /// of something else.
  static constexpr std::uint32_t kMaxLength = 16U << 20U;
  std::uint32_t length = 0;  ///< of the fragment behind the mark
  bool is_last = false;      ///< of its record
};
/// Truncated or Malformed (too long).
std::expected<FragmentMark, ParseError> parse_mark(std::span<const std::byte> bytes);

/// The shortest record: a reply that denies by auth_stat.
inline constexpr std::uint32_t kMinRecordBytes = 20;
/// The longest front of a record: a call whose credential and verifier are both as long as allowed.
inline constexpr std::size_t kMaxFrontBytes = 10 * 4 + 2 * 400;

struct Call {
  std::uint32_t xid = 0;
  std::uint32_t program = 0;
  std::uint32_t version = 0;
  std::uint32_t procedure = 0;
  std::uint32_t auth_flavor = 0;
};

struct Reply {
  std::uint32_t xid = 0;
  int status = 0;  ///< as model::RpcCall has it
};

enum class Kind : std::uint8_t { kCall, kReply };
/// Of a record by its first 8 bytes; NotThisProtocol if it is neither.
std::expected<Kind, ParseError> kind_of(std::span<const std::byte> record);
/// `record` is without marks; a prefix is enough if it holds the front. NotThisProtocol: a field
/// has a value that no call or reply has there.
std::expected<Call, ParseError> parse_call(std::span<const std::byte> record);
std::expected<Reply, ParseError> parse_reply(std::span<const std::byte> record);

}  // namespace obi::protocol::sunrpc
