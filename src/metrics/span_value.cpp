// SPDX-License-Identifier: Apache-2.0
#include "metrics/span_value.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace obi::metrics {
namespace {

bool is_ip(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size()) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  std::array<unsigned char, 16> address{};
  return ::inet_pton(AF_INET, terminated.data(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, terminated.data(), address.data()) == 1;
}

/// The resolved name, with the other side's namespace if it is known to differ; else the address.
std::string_view name_or_address(const model::Span& span, std::string_view name,
                                 const model::IpAddress& address, bool is_remote,
                                 base::Arena& scratch) {
  if (name.empty()) {
    std::array<char, 46> text{};
    return scratch.copy(model::format(address, text));
  }
  const auto other = span.other_namespace;
  const bool is_own = span.service && span.service->name_space == other;
  if (!is_remote || other.empty() || is_own) return name;
  return scratch.join(scratch.join(name, "."), other);
}

std::string_view renamed(std::string_view address, std::string_view replacement) {
  return !replacement.empty() && is_ip(address) ? replacement : address;
}

std::string_view client_address(const model::Span& span, const UnresolvedNames& names,
                                base::Arena& scratch) {
  const auto address =
      name_or_address(span, span.peer_name, span.peer.address, !span.is_client(), scratch);
  return renamed(address, span.is_client() ? names.generic : names.incoming);
}

std::string_view server_address(const model::Span& span, const UnresolvedNames& names,
                                base::Arena& scratch) {
  const auto replacement = std::string_view(span.is_client() ? names.outgoing : names.generic);
  if (span.is_client() && !span.host_header.empty()) return renamed(span.host_header, replacement);
  return renamed(
      name_or_address(span, span.host_name, span.host.address, span.is_client(), scratch),
      replacement);
}

}  // namespace

AttributeView span_value(const model::Span& span, SpanAttribute attribute,
                         const UnresolvedNames& names, base::Arena& scratch) {
  switch (attribute) {
    case SpanAttribute::kClientAddress: return client_address(span, names, scratch);
    case SpanAttribute::kMethod:
      return span.method.empty() ? AttributeView() : AttributeView(span.method);
    case SpanAttribute::kRoute: return span.route;
    case SpanAttribute::kScheme: return span.scheme;
    case SpanAttribute::kServerAddress: return server_address(span, names, scratch);
    case SpanAttribute::kServerPort: return std::int64_t{span.host.port};
    case SpanAttribute::kStatusCode: return std::int64_t{span.status};
    case SpanAttribute::kPath: return span.path;
  }
  return {};
}

}  // namespace obi::metrics
