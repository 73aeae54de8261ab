// SPDX-License-Identifier: Apache-2.0
// One finished request, of any protocol, and the batch that owns it. The parsers fill it, the
// pipeline stages decorate it, the exporters read it.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "model/address.hpp"
#include "model/calls.hpp"
#include "model/event_type.hpp"
#include "model/failure.hpp"
#include "model/service.hpp"
#include "model/trace_id.hpp"

namespace obi::model {

enum class SpanStatus : std::uint8_t { kUnset = 0, kOk = 1, kError = 2 };

/// Text members are views: into the owning batch's arena, into the Service, or static. Times are
/// CLOCK_MONOTONIC ns.
struct Span {
  EventType type = EventType::kNone;
  std::string_view method;  ///< HTTP method, `_OTHER` if unknown; of other protocols the operation:
                            ///< "SELECT", "publish"
  /// HTTP: without the query. Of other protocols what the operation is applied to: table,
  /// collection, topic, subject, question; empty if unknown or several.
  std::string_view path;
  std::string_view query;   ///< without '?', not redacted; empty if none
  std::string_view route;   ///< set by the routes stage; empty = none
  std::string_view scheme;  ///< "http", "https"; of an absolute target also "ftp", "ws", "wss"
  /// HTTP: host or host:port as the request has it, with nothing that a URL can't have there, and
  /// without user info; empty if none.
  std::string_view host_header;
  int status = 0;  ///< HTTP status, 0 = none was seen; else 0 = good, others as span_status() says
  /// The connection ended before the answer did. `status` is what was seen until then, if anything.
  Failure failure = Failure::kNone;
  std::int64_t request_bytes = 0;   ///< HTTP: body size; else what the request took on the wire
  std::int64_t response_bytes = 0;  ///< likewise
  /// At most one of these is there, in the batch's arena: what only calls of that kind have.
  const HttpCall* http = nullptr;
  const DatabaseCall* database = nullptr;
  const MessagingCall* messaging = nullptr;
  const RpcCall* rpc = nullptr;
  const DnsLookup* dns = nullptr;

  Endpoint client;                   ///< the connection's client
  Endpoint server;                   ///< the connection's server
  std::string_view client_name;      ///< resolved name of `client`; empty = unresolved
  std::string_view server_name;      ///< resolved name of `server`; empty = unresolved
  std::string_view other_namespace;  ///< service namespace of the remote side, if known

  std::uint64_t request_start_ns = 0;  ///< the request reached the process (<= start_ns)
  std::uint64_t start_ns =
      0;                     ///< the process began to handle it: its first byte was read or written
  std::uint64_t end_ns = 0;  ///< last byte of the response

  TraceId trace_id;
  SpanId span_id;
  SpanId parent_id;
  std::uint8_t trace_flags = 0;

  std::uint32_t pid = 0;  ///< process that this span belongs to, root pid namespace
  ServiceRef service;     ///< set by the read decorator; exporters may rely on it
  bool ignore_traces = false;
  bool ignore_metrics = false;

  [[nodiscard]] bool is_client() const { return is_client_type(type); }
};

/// A messaging client is the producer of what it publishes, the consumer of what it processes.
SpanKind kind_of(const Span& span);
/// "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", …
std::string_view to_string(SpanKind kind);
/// What failed is an error. HTTP: status 0 or a server's >= 500 or a client's >= 400 is an error.
/// Databases, RPC and DNS: any status but 0. A failed connection always, a message never.
/// Everything else is unset.
SpanStatus span_status(const Span& span);
/// What the semantic conventions make of method, path and route for the type of the span ("GET
/// /users/*", "SELECT users", "publish orders"). Static, of the span, or in `arena`.
std::string_view span_name(const Span& span, base::Arena& arena);

/// Spans with the arena that holds their text. Recycled, see pipeline/batch_pool.hpp; owned by one
/// thread at a time, and read-only once it was handed to the exporters.
struct SpanBatch {
  std::vector<Span> spans;
  base::Arena arena;
  std::int64_t wall_offset_ns = 0;  ///< add to a span's times to get ns since the epoch

  void clear() {
    spans.clear();
    arena.reset();
  }
};

}  // namespace obi::model
