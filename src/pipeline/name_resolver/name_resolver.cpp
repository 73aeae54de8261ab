// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/name_resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>

#include "base/lru.hpp"

namespace obi::pipeline {
namespace {

using Clock = std::chrono::steady_clock;
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

/// The cache and the queue of the look-up thread, which may outlive the stage.
struct NameResolver::Lookups {
  struct Entry {
    std::string name;
    Clock::time_point expires;
    bool waiting = false;
  };
  static constexpr std::size_t kEntryBytes = 2 * sizeof(model::IpAddress) + sizeof(Entry) + 96;

  explicit Lookups(const NameResolverOptions& given)
      : options(given),
        cache(given.cache_len),
        memory(given.memory, model::MemoryHolder::NameCaches) {
    if (!options.reverse_lookup) options.reverse_lookup = system_reverse_lookup;
  }

  // What is known now, asking anew for what is unknown or too old. `mutex` must be held.
  std::string_view find(const model::IpAddress& address, Clock::time_point now) {
    if (address.is_unspecified()) return {};
    Entry* entry = cache.find(address);
    if (entry == nullptr) {
      give_way();
      entry = &cache.put(address, {});
      memory.set(cache.size() * kEntryBytes);
    }
    if (!entry->waiting && now >= entry->expires && queue.size() < kMaxWaiting) {
      entry->waiting = true;
      queue.push_back(address);
      changed.notify_all();
    }
    return entry->name;
  }

  // A name that is asked for again is looked up again.
  void give_way() {
    while (!cache.empty() && memory.excess() > 0) {
      cache.forget_oldest();
      memory.set(cache.size() * kEntryBytes);
      memory.count_given_back(kEntryBytes);
    }
  }

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      const model::IpAddress address = queue.front();
      queue.pop_front();
      busy = true;
      lock.unlock();
      std::string name = options.reverse_lookup(address);
      lock.lock();
      busy = false;
      if (Entry* entry = cache.find(address)) {
        *entry = {.name = std::move(name), .expires = Clock::now() + options.cache_expiry};
      }
      changed.notify_all();
    }
  }

  NameResolverOptions options;
  std::mutex mutex;
  std::condition_variable changed;
  base::LruMap<model::IpAddress, Entry> cache;
  std::deque<model::IpAddress> queue;
  model::MemoryEntry memory;
  bool busy = false;
  bool stopping = false;
};

NameResolver::NameResolver(NameResolverOptions options) {
  if (!options.dns) return;
  lookups_ = std::make_shared<Lookups>(options);
  thread_ = std::thread([lookups = lookups_] {
    pthread_setname_np(pthread_self(), "names");
    lookups->run();
  });
}

// The resolver may take many seconds to time out; the agent's end must not wait for that.
NameResolver::~NameResolver() {
  if (!lookups_) return;
  std::unique_lock lock(lookups_->mutex);
  lookups_->stopping = true;
  lookups_->memory.set(0);  // the account may be gone when the thread ends
  const bool busy = lookups_->busy;
  lock.unlock();
  lookups_->changed.notify_all();
  if (busy) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void NameResolver::process(model::SpanBatch& batch) {
  if (lookups_) resolve(batch);
  for (model::Span& span : batch.spans) fall_back(span);
}

void NameResolver::resolve(model::SpanBatch& batch) {
  const Clock::time_point now = Clock::now();
  const std::lock_guard lock(lookups_->mutex);
  for (model::Span& span : batch.spans) {
    const std::string_view own =
        span.service ? std::string_view(span.service->name_space) : std::string_view();
    const auto name_of = [&](const model::Endpoint& end) {
      return batch.arena.copy(clean_name(lookups_->find(end.address, now), own));
    };
    if (span.server_name.empty()) span.server_name = name_of(span.server);
    if (span.client_name.empty()) span.client_name = name_of(span.client);
  }
}

void NameResolver::settle() {
  if (!lookups_) return;
  std::unique_lock lock(lookups_->mutex);
  lookups_->changed.wait(lock, [this] { return lookups_->queue.empty() && !lookups_->busy; });
}

}  // namespace obi::pipeline
