// SPDX-License-Identifier: Apache-2.0
#include "model/span_addresses.hpp"

#include <array>

namespace obi::model {
namespace {

std::string_view with_namespace(std::string_view name, const Span& span, base::Arena& scratch) {
  const bool foreign = !span.other_namespace.empty() &&
                       (!span.service || span.other_namespace != span.service->name_space);
  return foreign ? scratch.join(scratch.join(name, "."), span.other_namespace) : name;
}

}  // namespace

std::string_view address_text(const IpAddress& address, base::Arena& scratch) {
  std::array<char, 64> buffer{};
  return scratch.copy(format(address, buffer));
}

std::string_view host_as_server(const Span& span, base::Arena& scratch) {
  if (span.host_name.empty()) return address_text(span.host.address, scratch);
  return span.is_client() ? with_namespace(span.host_name, span, scratch) : span.host_name;
}

std::string_view peer_as_client(const Span& span, base::Arena& scratch) {
  if (span.peer_name.empty()) return address_text(span.peer.address, scratch);
  return span.is_client() ? span.peer_name : with_namespace(span.peer_name, span, scratch);
}

std::string_view http_client_host(const Span& span, base::Arena& scratch) {
  if (span.host_header.empty()) return host_as_server(span, scratch);
  if (span.host_header.starts_with('['))
    return span.host_header.substr(0, span.host_header.find(']') + 1);
  return span.host_header.substr(0, span.host_header.find(':'));
}

}  // namespace obi::model
