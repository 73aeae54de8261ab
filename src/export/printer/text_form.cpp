// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <ctime>
#include <iterator>

#include "export/printer/escape.hpp"
#include "export/printer/trace_printer.hpp"
#include "model/call_attributes.hpp"
#include "model/span_addresses.hpp"

namespace obi::exporting {
namespace {

constexpr std::uint64_t kMicro = 1'000;
constexpr std::uint64_t kMilli = 1'000'000;
constexpr std::uint64_t kSecond = 1'000'000'000;

// value/unit with up to nine digits behind the point, without trailing zeros.
void append_fraction(std::string& out, std::uint64_t ns, std::uint64_t unit) {
  fmt::format_to(std::back_inserter(out), "{}", ns / unit);
  std::uint64_t rest = ns % unit;
  if (rest == 0) return;
  out += '.';
  for (std::uint64_t digit = unit / 10; rest > 0; digit /= 10) {
    out += static_cast<char>('0' + rest / digit);
    rest %= digit;
  }
}

void append_time(std::string& out, std::int64_t unix_ns) {
  const std::time_t seconds = unix_ns / static_cast<std::int64_t>(kSecond);
  std::tm local{};
  localtime_r(&seconds, &local);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:06}",
                 local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min,
                 local.tm_sec,
                 unix_ns % static_cast<std::int64_t>(kSecond) / static_cast<std::int64_t>(kMicro));
}

// "[10.1.0.7 as web.shop:43210]"
void append_end(std::string& out, const model::Endpoint& end, std::string_view name,
                std::string_view name_space, base::Arena& scratch) {
  const std::string_view address = model::address_text(end.address, scratch);
  fmt::format_to(std::back_inserter(out), "[{} as ", address);
  append_printable(out, name.empty() ? address : name);
  if (!name_space.empty()) out += '.';
  append_printable(out, name_space);
  fmt::format_to(std::back_inserter(out), ":{}]", end.port);
}

// What OBI's numbers say beyond the type: which SQL it is, which version of an RPC program.
unsigned sub_type_of(const model::Span& span) {
  if (span.rpc != nullptr) return span.rpc->version <= 255 ? span.rpc->version : 0;
  const bool sql =
      span.type == model::EventType::kSqlClient || span.type == model::EventType::kSqlServer;
  if (!sql) return 0;
  const std::string_view system = model::database_system(span);
  return system == "postgresql"             ? 1
         : system == "mysql"                ? 2
         : system == "microsoft.sql_server" ? 3
                                            : 0;
}

// "HTTP(subType=0) 200 GET /users/42(/users/*) "
void append_request(std::string& out, const model::Span& span) {
  fmt::format_to(std::back_inserter(out), "{}(subType={}) {} ", model::info_of(span.type).printed,
                 sub_type_of(span), span.status);
  append_printable(out, model::method_as_sent(span));
  out += ' ';
  append_printable(out, span.path);
  if (!span.route.empty()) {
    out += '(';
    append_printable(out, span.route);
    out += ')';
  }
  out += ' ';
}

// " svc=[shop/users go]"
void append_service(std::string& out, const model::Service& service) {
  out += " svc=[";
  append_printable(out, service.name_space);
  if (!service.name_space.empty()) out += '/';
  append_printable(out, service.name);
  fmt::format_to(std::back_inserter(out), " {}]", to_string(service.language));
}

void append_traceparent(std::string& out, const model::Span& span) {
  out += " traceparent=[";
  if (span.trace_id.is_set()) {
    out += "00-";
    append_hex(out, span.trace_id.bytes);
    out += '-';
    append_hex(out, span.span_id.bytes);
    out += '[';
    append_hex(out, span.parent_id.bytes);
    fmt::format_to(std::back_inserter(out), "]-{:02x}", span.trace_flags);
  }
  out += ']';
}

}  // namespace

void append_duration(std::string& out, std::uint64_t ns) {
  if (ns == 0) {
    out += "0s";
  } else if (ns < kMicro) {
    fmt::format_to(std::back_inserter(out), "{}ns", ns);
  } else if (ns < kMilli) {
    append_fraction(out, ns, kMicro);
    out += "µs";
  } else if (ns < kSecond) {
    append_fraction(out, ns, kMilli);
    out += "ms";
  } else {
    const std::uint64_t minutes = ns / (60 * kSecond);
    if (minutes >= 60) fmt::format_to(std::back_inserter(out), "{}h", minutes / 60);
    if (minutes > 0) fmt::format_to(std::back_inserter(out), "{}m", minutes % 60);
    append_fraction(out, ns % (60 * kSecond), kSecond);
    out += 's';
  }
}

void append_text(std::string& out, const model::Span& span, std::int64_t wall_offset_ns,
                 base::Arena& scratch) {
  append_time(out, static_cast<std::int64_t>(span.start_ns) + wall_offset_ns);
  out += " (";
  append_duration(out, span.end_ns - span.request_start_ns);
  out += '[';
  append_duration(out, span.end_ns - span.start_ns);
  out += "]) ";
  append_request(out, span);
  const std::string_view own =
      span.service ? std::string_view(span.service->name_space) : std::string_view();
  const bool client = span.is_client();
  append_end(out, span.client, span.client_name, client ? own : span.other_namespace, scratch);
  out += "->";
  append_end(out, span.server, span.server_name, client ? span.other_namespace : own, scratch);
  fmt::format_to(std::back_inserter(out), " contentLen:{}B responseLen:{}B", span.request_bytes,
                 span.response_bytes);
  if (span.failure != model::Failure::kNone)
    fmt::format_to(std::back_inserter(out), " error=[{}]", to_string(span.failure));
  if (span.service) append_service(out, *span.service);
  append_traceparent(out, span);
}

}  // namespace obi::exporting
