// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_resolver/dns_resolver.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <utility>

#include "base/lru.hpp"

namespace obi::pipeline {

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

/// The cache and the queue of the look-up thread, which may outlive the resolver.
struct DnsResolver::Lookups {
  struct Entry {
    std::string name;
    Clock::time_point expires;
    bool waiting = false;
  };
  static constexpr std::size_t kEntryBytes = 2 * sizeof(model::IpAddress) + sizeof(Entry) + 96;

  explicit Lookups(DnsResolverOptions given)
      : options(std::move(given)),
        cache(options.cache_len),
        memory(options.memory, model::MemoryHolder::NameCaches) {
    if (!options.reverse_lookup) options.reverse_lookup = system_reverse_lookup;
  }

  // What is known now, asking anew for what is unknown or too old. `mutex` must be held.
  std::string_view find(const model::IpAddress& address, Clock::time_point now) {
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

  DnsResolverOptions options;
  std::mutex mutex;
  std::condition_variable changed;
  base::LruMap<model::IpAddress, Entry> cache;
  std::deque<model::IpAddress> queue;
  model::MemoryEntry memory;
  bool busy = false;
  bool stopping = false;
};

DnsResolver::DnsResolver(DnsResolverOptions options)
    : lookups_(std::make_shared<Lookups>(std::move(options))) {
  thread_ = std::thread([lookups = lookups_] {
    pthread_setname_np(pthread_self(), "names");
    lookups->run();
  });
}

// The resolver may take many seconds to time out; the agent's end must not wait for that.
DnsResolver::~DnsResolver() {
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

std::optional<AddressName> DnsResolver::resolve(const model::IpAddress& address,
                                                Clock::time_point now, base::Arena& arena) {
  const std::lock_guard lock(lookups_->mutex);
  const std::string_view name = lookups_->find(address, now);
  if (name.empty()) return std::nullopt;
  return AddressName{.name = arena.copy(name)};
}

void DnsResolver::settle() {
  std::unique_lock lock(lookups_->mutex);
  lookups_->changed.wait(lock, [this] { return lookups_->queue.empty() && !lookups_->busy; });
}

}  // namespace obi::pipeline
