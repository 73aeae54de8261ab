// SPDX-License-Identifier: Apache-2.0
// What the spans of one kind of protocol have beyond method, path and status. Texts live as the
// span's do: in its batch's arena, or static. The attribute that each member becomes is named
// behind it (semantic conventions 1.41); its row is in attributes_<family>.hpp.
#pragma once
#include <cstdint>
#include <string_view>

namespace obi::model {

/// The method of an HTTP span whose method isn't known (semantic conventions, http.request.method).
inline constexpr std::string_view kOtherMethod = "_OTHER";

/// Of HTTP only what few requests have; most spans carry none of it.
struct HttpCall {
  /// http.request.method_original: the method as sent, where the span's is `_OTHER`; else empty.
  std::string_view original_method;
  bool has_user_info = false;  ///< the target named a user, maybe with a password
};

/// The span's method is the operation, its path the collection. Its status: 0 = done, 1 = refused.
struct DatabaseCall {
  std::string_view system;         ///< db.system.name: "postgresql"
  std::string_view name_space;     ///< db.namespace: database, bucket, index; empty if unknown
  std::string_view query_text;     ///< db.query.text, without literals; empty if unknown
  std::string_view query_summary;  ///< SQL: the span's name; "SELECT users orders"
  std::string_view error_code;     ///< db.response.status_code: "1146", "WRONGTYPE"
  std::string_view sql_state;      ///< error.type of SQL: "42P01"
  std::string_view error_message;  ///< the status message, where db.response.error is selected
  std::uint32_t batch_size = 0;    ///< db.operation.batch.size; 0 = no batch
};

/// The span's method is "publish" or "process", its path the destination.
struct MessagingCall {
  static constexpr std::int64_t kUnknown = -1;
  std::string_view system;                 ///< messaging.system: "kafka"
  std::string_view client_id;              ///< messaging.client.id
  std::int64_t partition = kUnknown;       ///< messaging.destination.partition.id
  std::int64_t offset = kUnknown;          ///< messaging.kafka.offset
  std::int64_t envelope_bytes = kUnknown;  ///< messaging.message.envelope.size
};

/// ONC RPC (RFC 5531). The span's method is the procedure, its path the program. Its status: 0 =
/// accepted and done, 1 = denied, else accept_stat + 1.
struct RpcCall {
  std::string_view program;    ///< onc_rpc.program.name; empty if unknown
  std::string_view procedure;  ///< onc_rpc.procedure.name; empty if unknown
  std::int64_t procedure_number = -1;
  std::uint32_t version = 0;     ///< onc_rpc.version
  std::string_view auth_flavor;  ///< onc_rpc.auth.flavor: "auth_sys"
};

/// The span's method is the question's type ("AAAA"), its path the name asked for, its status the
/// RCODE (RFC 1035 section 4.1.1).
struct DnsLookup {
  std::string_view answers;  ///< dns.answers: addresses, comma-separated
  std::uint16_t answer_count = 0;
};

/// "NoError", "NXDomain", …; decimal for a number without name.
std::string_view dns_rcode_name(int rcode);

}  // namespace obi::model
