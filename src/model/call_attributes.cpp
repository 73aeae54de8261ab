// SPDX-License-Identifier: Apache-2.0
#include "model/call_attributes.hpp"

#include <fmt/format.h>

#include <cstring>
#include <iterator>

namespace obi::model {
namespace {

bool is_sql(EventType type) {
  return type == EventType::kSqlClient || type == EventType::kSqlServer;
}
bool is_memcached(EventType type) {
  return type == EventType::kMemcachedClient || type == EventType::kMemcachedServer;
}

}  // namespace

std::string_view original_method(const Span& span) {
  return span.http != nullptr ? span.http->original_method : std::string_view();
}

std::string_view method_as_sent(const Span& span) {
  const std::string_view original = original_method(span);
  return original.empty() ? span.method : original;
}

std::string_view database_system(const Span& span) {
  return span.database != nullptr ? span.database->system : std::string_view();
}

std::string_view messaging_system(const Span& span) {
  return span.messaging != nullptr ? span.messaging->system : std::string_view();
}

std::string_view rpc_system(const Span& span) {
  return span.rpc != nullptr ? std::string_view("onc_rpc") : std::string_view();
}

std::string_view rpc_status_code(const Span& span, base::Arena& scratch) {
  if (span.rpc == nullptr || span.failure != Failure::kNone) return {};
  if (span.status == 0) return "0";
  if (span.status == 1) return "denied";
  const fmt::format_int accept_stat(span.status - 1);
  return scratch.copy({accept_stat.data(), accept_stat.size()});
}

namespace {

std::string_view http_error_type(const Span& span, base::Arena& scratch) {
  const fmt::format_int status(span.status);
  return scratch.copy({status.data(), status.size()});
}

}  // namespace

std::string_view error_type(const Span& span, base::Arena& scratch) {
  if (span.failure != Failure::kNone) return to_string(span.failure);
  if (span_status(span) != SpanStatus::kError) return {};
  if (span.type == EventType::kDns) return dns_rcode_name(span.status);
  if (is_http(span.type) && span.status != 0) return http_error_type(span, scratch);
  const bool has_word =
      is_memcached(span.type) && span.database != nullptr && !span.database->error_code.empty();
  return has_word ? span.database->error_code : std::string_view("error");
}

namespace {

constexpr std::string_view kOtherError = "_OTHER";

std::string_view database_error_type(const DatabaseCall& call) {
  if (!call.sql_state.empty()) return call.sql_state;
  return call.error_code.empty() ? kOtherError : call.error_code;
}

std::string_view error_name(int number) {
  const char* const name = strerrorname_np(number);
  return number == 0 || name == nullptr ? kOtherError : std::string_view(name);
}

}  // namespace

std::string_view span_error_type(const Span& span, base::Arena& scratch) {
  if (span.failure != Failure::kNone) return to_string(span.failure);
  if (span_status(span) != SpanStatus::kError) return {};
  if (is_http(span.type)) return http_error_type(span, scratch);
  if (span.database != nullptr) return database_error_type(*span.database);
  if (span.rpc != nullptr) return rpc_status_code(span, scratch);
  if (span.type == EventType::kDns) return dns_rcode_name(span.status);
  return span.type == EventType::kFailedConnect ? error_name(span.status) : kOtherError;
}

std::string_view connection_type(const Span& span) {
  if (!span.is_client()) return {};
  if (span.database != nullptr) return "database";
  return span.messaging != nullptr ? std::string_view("messaging_system") : std::string_view();
}

std::string_view database_error(const Span& span, base::Arena& scratch) {
  if (span.database == nullptr || span.status == 0) return {};
  const DatabaseCall& call = *span.database;
  if (!is_sql(span.type)) return call.error_message;
  if (call.error_code.empty() && call.sql_state.empty() && call.error_message.empty()) return {};
  fmt::memory_buffer text;
  fmt::format_to(
      std::back_inserter(text), "SQL Server errored: error_code={} sql_state={} message={}",
      call.error_code.empty() ? "NA" : call.error_code, call.sql_state, call.error_message);
  return scratch.copy({text.data(), text.size()});
}

}  // namespace obi::model
