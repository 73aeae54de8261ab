// SPDX-License-Identifier: Apache-2.0
#include "model/span_addresses.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace obi::model {
namespace {

std::string_view with_namespace(std::string_view name, const Span& span, base::Arena& scratch) {
  const bool foreign = !span.other_namespace.empty() &&
                       (!span.service || span.other_namespace != span.service->name_space);
  return foreign ? scratch.join(scratch.join(name, "."), span.other_namespace) : name;
}

// Cheap: most names have a letter that no address has.
bool may_be_ip(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' ||
           c == ':';
  });
}

bool is_ip(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size() || !may_be_ip(text)) return false;
  std::memcpy(terminated.data(), text.data(), text.size());
  std::array<unsigned char, 16> address{};
  return inet_pton(AF_INET, terminated.data(), address.data()) == 1 ||
         inet_pton(AF_INET6, terminated.data(), address.data()) == 1;
}

}  // namespace

std::string_view address_text(const IpAddress& address, base::Arena& scratch) {
  std::array<char, 64> buffer{};
  return scratch.copy(format(address, buffer));
}

std::string_view server_name_or_ip(const Span& span, base::Arena& scratch) {
  if (span.server_name.empty()) return address_text(span.server.address, scratch);
  return span.is_client() ? with_namespace(span.server_name, span, scratch) : span.server_name;
}

std::string_view client_name_or_ip(const Span& span, base::Arena& scratch) {
  if (span.client_name.empty()) return address_text(span.client.address, scratch);
  return span.is_client() ? span.client_name : with_namespace(span.client_name, span, scratch);
}

std::string_view http_client_host(const Span& span, base::Arena& scratch) {
  if (span.host_header.empty()) return server_name_or_ip(span, scratch);
  if (span.host_header.starts_with('['))
    return span.host_header.substr(0, span.host_header.find(']') + 1);
  return span.host_header.substr(0, span.host_header.find(':'));
}

std::string_view renamed_if_ip(std::string_view address, std::string_view replacement) {
  return !replacement.empty() && is_ip(address) ? replacement : address;
}

std::string_view client_address(const Span& span, const UnresolvedNames& names,
                                base::Arena& scratch) {
  return renamed_if_ip(client_name_or_ip(span, scratch),
                       span.is_client() ? names.generic : names.incoming);
}

std::string_view server_address(const Span& span, const UnresolvedNames& names,
                                base::Arena& scratch) {
  if (span.is_client()) return renamed_if_ip(http_client_host(span, scratch), names.outgoing);
  return renamed_if_ip(server_name_or_ip(span, scratch), names.generic);
}

}  // namespace obi::model
