// SPDX-License-Identifier: Apache-2.0
// What capture hands on: bytes that moved on a connection, and the connection's and processes'
// life. Decoded from the records of bpf/shared by src/capture; the rest of user space knows only
// these types.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/address.hpp"

namespace obi::model {

enum class Direction : std::uint8_t { kReceive = 0, kSend = 1 };
[[nodiscard]] constexpr Direction opposite(Direction direction) {
  return direction == Direction::kReceive ? Direction::kSend : Direction::kReceive;
}

/// How much of a connection's bytes the kernel captures.
enum class CaptureMode : std::uint8_t { kHead = 0, kStream = 1, kSilent = 2 };

/// One call that moved bytes. `payload` is a prefix of the call's bytes and valid only during the
/// callback.
struct Segment {
  std::uint64_t connection_id = 0;
  std::uint64_t start_ns = 0;  ///< CLOCK_MONOTONIC: a send began, a receive returned
  std::uint64_t end_ns = 0;    ///< the call returned
  std::uint32_t pid = 0;       ///< root pid namespace
  std::uint32_t tid = 0;
  std::uint32_t total_bytes = 0;
  std::uint32_t position = 0;       ///< of the first byte in its direction's stream, modulo 2^32
  std::uint32_t peer_position = 0;  ///< of the other direction's next byte when the call returned
  Direction direction = Direction::kReceive;
  bool has_position = false;      ///< the two positions are valid (TCP)
  bool end_of_stream = false;     ///< nothing follows in this direction
  bool encrypted_source = false;  ///< plaintext taken above TLS: the scheme is https
  std::span<const std::byte> payload;
  std::span<const std::byte> tail;  ///< last bytes of the call when the payload lacks them, up to 8
};

enum class ConnectionRole : std::uint8_t { kUnknown = 0, kClient = 1, kServer = 2 };

struct ConnectionOpened {
  std::uint64_t id = 0;
  std::uint64_t ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t netns = 0;
  bool unix_socket = false;
  bool mid_life = false;  ///< bytes had moved before the first segment that was seen
  /// UDP: each segment is a datagram, and the end is never told. What was quiet is told again,
  /// under the same id.
  bool datagrams = false;
  ConnectionRole role = ConnectionRole::kUnknown;
  Endpoint local;  ///< AF_UNIX: unspecified
  Endpoint remote;
};

struct ConnectionClosed {
  std::uint64_t id = 0;
  std::uint64_t ns = 0;
};

/// A TCP connection that the process asked for and did not get.
struct ConnectFailed {
  std::uint64_t start_ns = 0;  ///< the handshake began
  std::uint64_t end_ns = 0;    ///< it had failed
  std::uint32_t pid = 0;
  std::uint32_t netns = 0;
  int error = 0;  ///< errno; 0: the process gave it up
  Endpoint local;
  Endpoint remote;
};

enum class ProcessEventKind : std::uint8_t { kExec = 1, kFork = 2, kExit = 3, kListen = 4 };

struct ProcessEvent {
  ProcessEventKind kind = ProcessEventKind::kExec;
  std::uint64_t ns = 0;
  std::uint32_t pid = 0;  ///< tgid, root pid namespace
  std::uint32_t parent_pid = 0;
  std::uint32_t ns_pid = 0;  ///< tgid in its innermost pid namespace
  std::uint32_t pid_namespace = 0;
  std::uint32_t net_namespace = 0;
  std::uint16_t port = 0;  ///< kListen
};

}  // namespace obi::model
