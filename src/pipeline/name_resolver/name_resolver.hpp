// SPDX-License-Identifier: Apache-2.0
// Gives the two ends of a span names instead of addresses. A look-up never holds up the pipeline:
// what isn't in the cache is asked for on a thread of its own, and the span goes on without. What
// has no name is remembered just as long. `process` runs on the pipeline thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "model/address.hpp"
#include "model/memory_account.hpp"
#include "pipeline/stage.hpp"

namespace obi::pipeline {

struct NameResolverOptions {
  bool dns = false;              ///< reverse look-ups (sources dns, rdns)
  std::size_t cache_len = 1024;  ///< addresses, with and without name
  std::chrono::nanoseconds cache_expiry = std::chrono::minutes(5);
  /// Address → name, "" if it has none. May block, and may still run when the stage is gone.
  /// Default: the system's resolver.
  std::function<std::string(const model::IpAddress&)> reverse_lookup;
  model::MemoryAccount* memory = nullptr;  ///< must outlive the look-up thread
};

/// The system's reverse look-up; "" if there is no name.
std::string system_reverse_lookup(const model::IpAddress& address);
/// Without the final dot, ".svc.cluster.local", the span's own namespace as suffix, and the address
/// of a pod as first label ("10-1-0-7.").
std::string_view clean_name(std::string_view name, std::string_view name_space);

class NameResolver final : public Stage {
 public:
  /// Look-ups that may wait; further addresses are asked for when they are seen again.
  static constexpr std::size_t kMaxWaiting = 256;

  explicit NameResolver(NameResolverOptions options);
  /// Does not wait for a look-up that is under way.
  ~NameResolver() override;
  NameResolver(const NameResolver&) = delete;
  NameResolver& operator=(const NameResolver&) = delete;

  [[nodiscard]] std::string_view name() const override { return "name_resolver"; }
  void process(model::SpanBatch& batch) override;
  /// Waits until no look-up waits or is under way; for tests.
  void settle();

 private:
  struct Lookups;
  void resolve(model::SpanBatch& batch);
  std::shared_ptr<Lookups> lookups_;  // shared with the thread; null without dns
  std::thread thread_;
};

}  // namespace obi::pipeline
