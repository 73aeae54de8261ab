// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/name_resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace obi::pipeline {
namespace {

constexpr std::size_t kMaxWanted = 256;

// The host part of "name:port" or "[v6]:port"; empty if it is an address, which says nothing new.
std::string_view host_of(std::string_view header) {
  if (header.starts_with('[')) return {};
  const std::string_view host = header.substr(0, header.find(':'));
  const bool numeric =
      std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  return numeric ? std::string_view() : host;
}

}  // namespace

std::string system_reverse_lookup(const model::IpAddress& address) {
  std::array<char, NI_MAXHOST> name{};
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  const sockaddr* generic = nullptr;
  socklen_t size = 0;
  if (address.is_ipv4()) {
    v4.sin_family = AF_INET;
    std::memcpy(&v4.sin_addr, address.bytes.data() + 12, 4);
    generic = reinterpret_cast<const sockaddr*>(&v4);
    size = sizeof(v4);
  } else {
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    generic = reinterpret_cast<const sockaddr*>(&v6);
    size = sizeof(v6);
  }
  if (getnameinfo(generic, size, name.data(), name.size(), nullptr, 0, NI_NAMEREQD) != 0) return {};
  return name.data();
}

std::string_view clean_name(std::string_view name, std::string_view name_space) {
  if (name.ends_with('.')) name.remove_suffix(1);
  constexpr std::string_view kCluster = ".svc.cluster.local";
  if (name.ends_with(kCluster)) name.remove_suffix(kCluster.size());
  if (!name_space.empty() && name.size() > name_space.size() + 1 && name.ends_with(name_space) &&
      name[name.size() - name_space.size() - 1] == '.') {
    name.remove_suffix(name_space.size() + 1);
  }
  return name;
}

NameResolver::NameResolver(NameResolverOptions options) : options_(std::move(options)) {
  if (!options_.reverse_lookup) options_.reverse_lookup = system_reverse_lookup;
  if (!options_.dns) return;
  thread_ = std::jthread([this](std::stop_token stop) {
    pthread_setname_np(pthread_self(), "names");
    run(stop);
  });
}

NameResolver::~NameResolver() = default;

// A client's span knows the server by the name it asked for; each side is its own service when
// nothing better is known.
void NameResolver::process(model::SpanBatch& batch) {
  for (model::Span& span : batch.spans) {
    if (options_.dns) {
      if (span.host_name.empty()) span.host_name = lookup(span.host.address, span, batch.arena);
      if (span.peer_name.empty()) span.peer_name = lookup(span.peer.address, span, batch.arena);
    }
    const std::string_view own =
        span.service ? std::string_view(span.service->name) : std::string_view();
    if (span.is_client()) {
      if (span.host_name.empty()) span.host_name = host_of(span.host_header);
      if (span.peer_name.empty()) span.peer_name = own;
    } else if (span.host_name.empty()) {
      span.host_name = own;
    }
  }
}

std::string_view NameResolver::lookup(const model::IpAddress& address, const model::Span& span,
                                      base::Arena& arena) {
  if (address.is_unspecified()) return {};
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  const auto [found, fresh] = cache_.try_emplace(address);
  Entry& entry = found->second;
  if (fresh) entry.age = by_age_.insert(by_age_.end(), address);
  if (!entry.pending && (fresh || now >= entry.expires) && wanted_.size() < kMaxWanted) {
    entry.pending = true;
    wanted_.push_back(address);
    changed_.notify_all();
  }
  const std::string_view name_space =
      span.service ? std::string_view(span.service->name_space) : std::string_view();
  const std::string_view name = arena.copy(clean_name(entry.name, name_space));
  while (cache_.size() > options_.cache_len) {
    cache_.erase(by_age_.front());
    by_age_.pop_front();
  }
  return name;
}

void NameResolver::run(std::stop_token stop) {
  while (true) {
    model::IpAddress address;
    {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !wanted_.empty(); })) return;
      address = wanted_.front();
      wanted_.pop_front();
      busy_ = true;
    }
    std::string name = options_.reverse_lookup(address);
    {
      const std::lock_guard lock(mutex_);
      busy_ = false;
      const auto found = cache_.find(address);
      if (found != cache_.end()) {
        found->second.name = std::move(name);
        found->second.pending = false;
        found->second.expires = std::chrono::steady_clock::now() + options_.cache_expiry;
      }
    }
    changed_.notify_all();
  }
}

void NameResolver::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return wanted_.empty() && !busy_; });
}

}  // namespace obi::pipeline
