// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/name_resolver.hpp"

#include <algorithm>
#include <utility>

namespace obi::pipeline {
namespace {

constexpr std::string_view kCluster = ".svc.cluster.local";

// The host part of "name:port"; empty if it is an address, which says nothing new.
std::string_view host_of(std::string_view header) {
  if (header.starts_with('[')) return {};
  const std::string_view host = header.substr(0, header.find(':'));
  const bool numeric =
      std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return numeric ? std::string_view() : host;
}

// "10-1-0-7": how a cluster's name server writes the address of a pod.
bool is_dashed_ip(std::string_view label) {
  return std::ranges::count(label, '-') == 3 &&
         std::ranges::all_of(label, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

// The name that a client asked for; "<name>.<namespace>.svc.cluster.local" has both.
void name_by_header(model::Span& span) {
  std::string_view host = host_of(span.host_header);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.ends_with(kCluster)) {
    host.remove_suffix(kCluster.size());
    const std::size_t dot = host.rfind('.');
    if (dot != std::string_view::npos) {
      if (span.other_namespace.empty()) span.other_namespace = host.substr(dot + 1);
      host = host.substr(0, dot);
    }
  }
  span.server_name = host;
}

// The server of a client's span has the name that was asked for; each side is its own service when
// nothing better is known.
void fall_back(model::Span& span) {
  const std::string_view own =
      span.service ? std::string_view(span.service->name) : std::string_view();
  if (!span.is_client()) {
    if (span.server_name.empty()) span.server_name = own;
    return;
  }
  if (span.server_name.empty()) name_by_header(span);
  if (span.client_name.empty()) span.client_name = own;
}

}  // namespace

std::string_view clean_name(std::string_view name, std::string_view name_space) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.ends_with(kCluster)) name.remove_suffix(kCluster.size());
  if (!name_space.empty() && name.size() > name_space.size() + 1 && name.ends_with(name_space) &&
      name[name.size() - name_space.size() - 1] == '.') {
    name.remove_suffix(name_space.size() + 1);
  }
  const std::size_t dot = name.find('.');
  if (dot != std::string_view::npos && is_dashed_ip(name.substr(0, dot)))
    name.remove_prefix(dot + 1);
  return name;
}

NameResolver::NameResolver(AddressResolvers chain) : chain_(std::move(chain)) {}

void NameResolver::process(model::SpanBatch& batch) {
  if (!chain_.empty()) {
    const Moment moment{.now = AddressResolver::Clock::now(), .arena = batch.arena};
    for (model::Span& span : batch.spans) resolve(span, moment);
  }
  for (model::Span& span : batch.spans) fall_back(span);
}

void NameResolver::resolve(model::Span& span, const Moment& moment) {
  const std::string_view own =
      span.service ? std::string_view(span.service->name_space) : std::string_view();
  const bool is_client = span.is_client();
  const auto name_end = [&](const model::Endpoint& end, std::string_view& name, bool is_other) {
    if (!name.empty()) return;
    const auto found = find(end.address, own, moment);
    if (!found) return;
    name = found->name;
    if (is_other && span.other_namespace.empty()) span.other_namespace = found->name_space;
  };
  name_end(span.server, span.server_name, is_client);
  name_end(span.client, span.client_name, !is_client);
}

std::optional<AddressName> NameResolver::find(const model::IpAddress& address,
                                              std::string_view own_namespace,
                                              const Moment& moment) {
  if (address.is_unspecified()) return std::nullopt;
  for (const auto& resolver : chain_) {
    auto found = resolver->resolve(address, moment.now, moment.arena);
    if (!found) continue;
    found->name = clean_name(found->name, own_namespace);
    if (!found->name.empty()) return found;
  }
  return std::nullopt;
}

}  // namespace obi::pipeline
