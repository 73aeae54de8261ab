// SPDX-License-Identifier: Apache-2.0
// What capture hands on: bytes that moved on a connection, and the connection's and processes'
// life. Decoded from the records of bpf/shared by src/capture; the rest of user space uses only
// these types.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/address.hpp"
#include "model/trace_context.hpp"

namespace obi::model {

enum class Direction : std::uint8_t { kReceive = 0, kSend = 1 };
[[nodiscard]] constexpr Direction opposite(Direction direction) {
  return direction == Direction::kReceive ? Direction::kSend : Direction::kReceive;
}

/// Where a segment's bytes were seen. A connection has one stream per source, each with its own
/// order, capture mode and conversation.
enum class Source : std::uint8_t {
  kPlain = 0,  ///< the socket's own bytes
  kTls = 1,    ///< plaintext at a TLS library
  kGo = 2,     ///< plaintext at Go's crypto/tls
};
inline constexpr std::size_t kSources = 3;
/// Plaintext taken above TLS: the scheme is https.
[[nodiscard]] constexpr bool is_encrypted(Source source) { return source != Source::kPlain; }

/// How much of the bytes of one source of a connection the kernel captures.
enum class CaptureMode : std::uint8_t { kHead = 0, kStream = 1, kSilent = 2 };

/// What the kernel side knows of the request that begins in a call; few segments have it.
struct SegmentContext {
  /// Of what runs in the thread, where a runtime has such: goroutine, Node.js async id, Python
  /// Context; 0 = none.
  std::uint64_t async_id = 0;
  /// The trace, and the span that the request is a child of. No trace: the kernel made no ids. A
  /// trace without span: the request begins it.
  TraceContext parent;
  /// The request's own, where the kernel had to say it to the other end; else not set.
  SpanId span_id;
};

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
  Source source = Source::kPlain;
  bool has_position = false;   ///< the two positions are valid (TCP)
  bool end_of_stream = false;  ///< nothing follows in this direction
  std::span<const std::byte> payload;
  std::span<const std::byte> tail;  ///< last bytes of the call when the payload lacks them, up to 8
  const SegmentContext* context = nullptr;  ///< valid as long as the payload; null = none
};

enum class ConnectionRole : std::uint8_t { kUnknown = 0, kClient = 1, kServer = 2 };

struct ConnectionOpened {
  std::uint64_t id = 0;
  std::uint64_t ns = 0;
  std::uint32_t pid = 0;
  std::uint32_t netns = 0;
  bool unix_socket = false;
  bool mid_life = false;  ///< bytes had moved before the first segment that was seen
  /// UDP: each segment is a datagram, and the end is never reported. What was quiet is announced
  /// again, under the same id.
  bool datagrams = false;
  ConnectionRole role = ConnectionRole::kUnknown;
  Endpoint local;  ///< AF_UNIX: unspecified
  Endpoint remote;
};

/// How a connection ended: the first thing that happened to it, seen from this end
/// (bpf/shared/segment.h).
enum class ConnectionEnd : std::uint8_t {
  kUnknown = 0,     ///< it ended, how isn't known
  kClosed = 1,      ///< this end closed it, also by the death of its process
  kAborted = 2,     ///< this end reset it
  kPeerClosed = 3,  ///< the other end closed it
  kPeerReset = 4,   ///< the other end reset it
  kTimedOut = 5,    ///< the kernel timed out
  kStillOpen = 6,   ///< it goes on, and is forgotten here; never from the kernel
};

struct ConnectionClosed {
  std::uint64_t id = 0;
  std::uint64_t ns = 0;      ///< its socket was gone
  std::uint64_t end_ns = 0;  ///< it ended as `end` says; 0 if unknown
  ConnectionEnd end = ConnectionEnd::kUnknown;
  /// The two positions are valid: behind the last byte that the process wrote and read, or one
  /// further, where a FIN is counted in. Bytes up to there that no segment reported were lost.
  bool has_position = false;
  std::uint32_t send_position = 0;
  std::uint32_t receive_position = 0;
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
