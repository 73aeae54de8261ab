// SPDX-License-Identifier: Apache-2.0
#include "metrics/span_value.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstring>

#include "model/span_addresses.hpp"

namespace obi::metrics {
namespace {

bool is_ip(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size()) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  std::array<unsigned char, 16> address{};
  return ::inet_pton(AF_INET, terminated.data(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, terminated.data(), address.data()) == 1;
}

std::string_view renamed(std::string_view address, std::string_view replacement) {
  return !replacement.empty() && is_ip(address) ? replacement : address;
}

std::string_view client_address(const model::Span& span, const UnresolvedNames& names,
                                base::Arena& scratch) {
  return renamed(model::peer_as_client(span, scratch),
                 span.is_client() ? names.generic : names.incoming);
}

std::string_view server_address(const model::Span& span, const UnresolvedNames& names,
                                base::Arena& scratch) {
  if (!span.is_client()) return renamed(model::host_as_server(span, scratch), names.generic);
  return renamed(model::http_client_host(span, scratch), names.outgoing);
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
