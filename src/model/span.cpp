// SPDX-License-Identifier: Apache-2.0
#include "model/span.hpp"

#include <array>
#include <cstring>
#include <initializer_list>

namespace obi::model {

std::string_view to_string(Language language) {
  switch (language) {
    case Language::kGo: return "go";
    case Language::kJava: return "java";
    case Language::kDotnet: return "dotnet";
    case Language::kPython: return "python";
    case Language::kRuby: return "ruby";
    case Language::kNodejs: return "nodejs";
    case Language::kRust: return "rust";
    case Language::kPhp: return "php";
    case Language::kCpp: return "cpp";
    case Language::kGeneric: break;
  }
  return "generic";
}

std::string_view to_string(SpanKind kind) {
  switch (kind) {
    case SpanKind::kServer: return "SPAN_KIND_SERVER";
    case SpanKind::kClient: return "SPAN_KIND_CLIENT";
    case SpanKind::kProducer: return "SPAN_KIND_PRODUCER";
    case SpanKind::kConsumer: return "SPAN_KIND_CONSUMER";
    case SpanKind::kInternal: break;
  }
  return "SPAN_KIND_INTERNAL";
}

SpanKind kind_of(const Span& span) {
  if (span.messaging != nullptr && span.is_client()) {
    if (span.method == "publish") return SpanKind::kProducer;
    if (span.method == "process") return SpanKind::kConsumer;
  }
  return info_of(span.type).kind;
}

SpanStatus span_status(const Span& span) {
  const auto error_if = [](bool error) { return error ? SpanStatus::kError : SpanStatus::kUnset; };
  if (span.failure != Failure::kNone) return SpanStatus::kError;
  if (is_http(span.type)) {
    const int first_error = span.is_client() ? 400 : 500;
    return error_if(span.status == 0 || span.status >= first_error);
  }
  if (span.type == EventType::kFailedConnect) return SpanStatus::kError;
  return error_if(span.messaging == nullptr && span.status != 0);
}

namespace {

std::string_view joined(std::initializer_list<std::string_view> parts, base::Arena& arena) {
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  char* const text = arena.allocate(size);
  char* next = text;
  for (const std::string_view part : parts) {
    if (!part.empty()) std::memcpy(next, part.data(), part.size());
    next += part.size();
  }
  return {text, size};
}

// "<operation> <target>", or what there is of it.
std::string_view operation_and_target(const Span& span, std::string_view target,
                                      base::Arena& arena) {
  if (target.empty()) return span.method;
  return span.method.empty() ? target : joined({span.method, " ", target}, arena);
}

// The conventions call `HTTP` what isn't known.
std::string_view http_name(const Span& span, base::Arena& arena) {
  if (span.method != kOtherMethod) return operation_and_target(span, span.route, arena);
  return span.route.empty() ? std::string_view("HTTP") : joined({"HTTP ", span.route}, arena);
}

std::string_view or_else(std::string_view name, std::string_view fallback) {
  return name.empty() ? fallback : name;
}

std::string_view sql_name(const Span& span, base::Arena& arena) {
  if (span.method.empty()) return "SQL";
  if (span.database == nullptr) return operation_and_target(span, span.path, arena);
  if (!span.database->query_summary.empty()) return span.database->query_summary;
  return operation_and_target(span, or_else(span.path, span.database->name_space), arena);
}

std::string_view aerospike_name(const Span& span, base::Arena& arena) {
  if (span.method.empty()) return "AEROSPIKE";
  const std::string_view name_space = span.database != nullptr ? span.database->name_space : "";
  if (name_space.empty() || span.path.empty())
    return operation_and_target(span, or_else(span.path, name_space), arena);
  return joined({span.method, " ", name_space, ".", span.path}, arena);
}

std::string_view rpc_name(const Span& span, base::Arena& arena) {
  return joined({or_else(span.path, "sunrpc"), "/", span.method}, arena);
}

}  // namespace

std::string_view span_name(const Span& span, base::Arena& arena) {
  switch (span.type) {
    case EventType::kHttpServer:
    case EventType::kHttpClient: return http_name(span, arena);
    case EventType::kSqlClient:
    case EventType::kSqlServer: return sql_name(span, arena);
    case EventType::kRedisClient:
    case EventType::kRedisServer: return or_else(span.method, "REDIS");
    case EventType::kMemcachedClient:
    case EventType::kMemcachedServer: return or_else(span.method, "MEMCACHED");
    case EventType::kMongoClient:
      return or_else(operation_and_target(span, span.path, arena), "mongodb");
    case EventType::kCouchbaseClient:
      return span.method.empty() ? "COUCHBASE" : operation_and_target(span, span.path, arena);
    case EventType::kAerospikeClient: return aerospike_name(span, arena);
    case EventType::kSunRpcClient:
    case EventType::kSunRpcServer: return rpc_name(span, arena);
    case EventType::kFailedConnect: return "CONNECT";
    case EventType::kDns: return or_else(operation_and_target(span, span.path, arena), "DNS");
    case EventType::kNone: return span.method;
    default: return operation_and_target(span, span.path, arena);
  }
}

std::string_view dns_rcode_name(int rcode) {
  static constexpr std::array<std::string_view, 24> kNames = {
      "NoError", "FormErr", "ServFail", "NXDomain",  "NotImp", "Refused", "YXDomain", "YXRRSet",
      "NXRRSet", "NotAuth", "NotZone",  "DSOTYPENI", "12",     "13",      "14",       "15",
      "16",      "17",      "18",       "19",        "20",     "21",      "22",       "23"};
  return rcode >= 0 && rcode < 24 ? kNames[static_cast<std::size_t>(rcode)] : "unknown";
}

}  // namespace obi::model
