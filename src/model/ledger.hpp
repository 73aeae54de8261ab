// SPDX-License-Identifier: Apache-2.0
// The completeness ledger: every place that sees, makes, loses or leaves out data counts it here,
// under a reason. Three sums must hold when the agent has stopped, so that a missing span can be
// explained from the numbers alone:
//   segments seen = Σ segment fates;  requests seen = spans made + Σ request losses;
//   spans that an exporter consumed = exported + not wanted by it + dropped by it.
// Thread-safe: relaxed counters. One instance, owned by app and passed by reference.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace obi::model {

// clang-format off
#define OBI_LEDGER(X)                                                                                                        \
  /* segments */                                                                                                             \
  X(SegmentsSeen,            "segments_seen",             Segment, "segments read from the ring buffer or a recording")      \
  X(SegmentsParsed,          "segments_parsed",           Segment, "segments that belong to messages of a known protocol")    \
  X(SegmentsUnrecognised,    "segments_unrecognised",     Segment, "segments of connections whose protocol nobody parses")   \
  X(SegmentsUpgraded,        "segments_upgraded",         Segment, "segments after their connection has changed to something else (CONNECT, a WebSocket)") \
  X(SegmentsEncrypted,       "segments_encrypted",        Segment, "segments of TLS records: their plaintext is another source's") \
  X(SegmentsResync,          "segments_resync",           Segment, "segments skipped while looking for the next message")    \
  X(SegmentsDuplicate,       "segments_duplicate",        Segment, "segments whose bytes had been seen already")             \
  X(SegmentsOrphaned,        "segments_orphaned",         Segment, "segments of a connection that is not in the table")      \
  X(SegmentsShed,            "segments_shed",             Segment, "segments dropped because memory had reached max_memory")      \
  X(SegmentsUndecodable,     "segments_undecodable",      Segment, "records that are malformed")                             \
  /* requests */                                                                                                             \
  X(RequestsSeen,            "requests_seen",             Request, "requests parsed, and other operations that a span is due for")                                   \
  X(SpansMade,               "spans_made",                Request, "requests that became a span")                            \
  X(RequestsNoResponse,      "requests_no_response",      Request, "requests that needed no response, or were cut, when their connection ended") \
  X(RequestsLostResponse,    "requests_lost_response",    Request, "requests whose response could not be told from lost bytes") \
  X(RequestsUpgraded,        "requests_upgraded",         Request, "requests left open when their connection changed protocol") \
  X(RequestsOverflow,        "requests_overflow",         Request, "requests beyond the limit of outstanding ones on a connection") \
  X(RequestsOpen,            "requests_open",             Request, "requests without response when the agent stopped or let go of their connection") \
  X(RequestsUnreadable,      "requests_unreadable",       Request, "requests that could not be read, though they were answered (HTTP)") \
  /* things that are counted but are in no sum */                                                                            \
  X(BytesUncaptured,         "bytes_uncaptured",          Note,    "payload bytes that were left in the kernel on purpose")   \
  X(StreamGaps,              "stream_gaps",               Note,    "places where bytes of a stream were never reported")      \
  X(HeadsTruncated,          "heads_truncated",           Note,    "message heads cut by the capture limit")                  \
  X(HeadsMalformed,          "heads_malformed",           Note,    "messages that began like HTTP and were not")              \
  X(MessagesMalformed,       "messages_malformed",        Note,    "messages that broke the rules of their protocol")         \
  X(MessagesUnsupported,     "messages_unsupported",      Note,    "messages in a form that is not followed (compressed)")    \
  X(StatementsUnknown,       "statements_unknown",        Note,    "spans without statement: it was prepared before it could be seen") \
  X(ConnectionsReclassified, "connections_reclassified",  Note,    "connections that turned out not to speak what they seemed to") \
  X(ResponsesUnpaired,       "responses_unpaired",        Note,    "responses whose request was never seen")                  \
  X(ConnectionsOpened,       "connections_opened",        Note,    "connections on which a first segment was seen")           \
  X(ConnectionsClosed,       "connections_closed",        Note,    "connections closed")                                      \
  X(ConnectionsEvicted,      "connections_evicted",       Note,    "connections forgotten because the table was full")        \
  X(ConnectionsShed,         "connections_shed",          Note,    "connections whose bytes at hand were given up near max_memory") \
  X(ConnectionsSilenced,     "connections_silenced",      Note,    "connections whose capture was switched off: no known protocol") \
  X(TlsUnseen,               "tls_unseen",                Note,    "connections with TLS whose plaintext no source delivers") \
  X(SpansFiltered,           "spans_filtered",            Note,    "spans removed by filter.application or ignored routes")   \
  X(SpansNoService,          "spans_no_service",          Note,    "spans of processes that ceased to be instrumented")       \
  X(DiscoveryEventsDropped,  "discovery_events_dropped",  Note,    "events that discovery's full inbox did not take: the next scan makes up for them") \
  X(SpansQueueFull,          "spans_queue_full",          Note,    "spans dropped because a pipeline queue stayed full")
// clang-format on

enum class LedgerKind : std::uint8_t { Segment, Request, Note };

enum class Reason : std::uint8_t {
#define OBI_LEDGER_ENUM(name, text, kind, help) name,
  OBI_LEDGER(OBI_LEDGER_ENUM)
#undef OBI_LEDGER_ENUM
};

struct ReasonInfo {
  std::string_view name;
  LedgerKind kind;
  std::string_view help;
};

inline constexpr std::array kReasons = {
#define OBI_LEDGER_ROW(name, text, kind, help) ReasonInfo{text, LedgerKind::kind, help},
    OBI_LEDGER(OBI_LEDGER_ROW)
#undef OBI_LEDGER_ROW
};

class Ledger {
 public:
  void add(Reason reason, std::uint64_t count = 1) {
    counters_[static_cast<std::size_t>(reason)].fetch_add(count, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get(Reason reason) const {
    return counters_[static_cast<std::size_t>(reason)].load(std::memory_order_relaxed);
  }
  /// Σ of the rows of `kind` except the first of them (what was seen).
  [[nodiscard]] std::uint64_t explained(LedgerKind kind) const;

 private:
  std::array<std::atomic<std::uint64_t>, kReasons.size()> counters_{};
};

}  // namespace obi::model
