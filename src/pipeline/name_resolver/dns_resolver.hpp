// SPDX-License-Identifier: Apache-2.0
// Names addresses by reverse DNS. What isn't in the cache is asked for on a thread of its own. What
// has no name is remembered just as long.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "model/memory_account.hpp"
#include "pipeline/name_resolver/address_resolver.hpp"

namespace obi::pipeline {

struct DnsResolverOptions {
  std::size_t cache_len = 1024;  ///< addresses, with and without name
  std::chrono::nanoseconds cache_expiry = std::chrono::minutes(5);
  /// Address → name, "" if it has none. May block, and may still run when the resolver is gone.
  /// Default: the system's resolver.
  std::function<std::string(const model::IpAddress&)> reverse_lookup;
  model::MemoryAccount* memory = nullptr;  ///< must outlive the look-up thread
};

/// The system's reverse look-up; "" if there is no name.
std::string system_reverse_lookup(const model::IpAddress& address);

class DnsResolver final : public AddressResolver {
 public:
  /// Look-ups that may wait; further addresses are asked for when they are seen again.
  static constexpr std::size_t kMaxWaiting = 256;

  explicit DnsResolver(DnsResolverOptions options);
  /// Does not wait for a look-up that is under way.
  ~DnsResolver() override;
  DnsResolver(const DnsResolver&) = delete;
  DnsResolver& operator=(const DnsResolver&) = delete;

  [[nodiscard]] std::optional<AddressName> resolve(const model::IpAddress& address,
                                                   Clock::time_point now,
                                                   base::Arena& arena) override;
  /// Waits until no look-up waits or is under way; for tests.
  void settle();

 private:
  struct Lookups;
  std::shared_ptr<Lookups> lookups_;  // shared with the thread
  std::thread thread_;
};

}  // namespace obi::pipeline
