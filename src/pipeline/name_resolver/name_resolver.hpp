// SPDX-License-Identifier: Apache-2.0
// Gives the two ends of a span names instead of addresses. A look-up never holds up the pipeline:
// what isn't in the cache is asked for on a thread of its own, and the span goes on without.
// `process` runs on the pipeline thread.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <unordered_map>

#include "model/address.hpp"
#include "pipeline/stage.hpp"

namespace obi::pipeline {

struct NameResolverOptions {
  bool dns = false;              ///< reverse look-ups (sources dns, rdns)
  std::size_t cache_len = 1024;  ///< addresses, with and without name
  std::chrono::nanoseconds cache_expiry = std::chrono::minutes(5);
  /// Address → name, "" if it has none. May block. Default: the system's resolver.
  std::function<std::string(const model::IpAddress&)> reverse_lookup;
};

/// The system's reverse look-up; "" if there is no name.
std::string system_reverse_lookup(const model::IpAddress& address);
/// Without the final dot, ".svc.cluster.local" and the span's own namespace suffix.
std::string_view clean_name(std::string_view name, std::string_view name_space);

class NameResolver final : public Stage {
 public:
  explicit NameResolver(NameResolverOptions options);
  ~NameResolver() override;

  [[nodiscard]] std::string_view name() const override { return "name_resolver"; }
  void process(model::SpanBatch& batch) override;
  /// Waits until no look-up is under way; for tests.
  void settle();

 private:
  struct Entry {
    std::string name;
    std::chrono::steady_clock::time_point expires;
    bool pending = false;
    std::list<model::IpAddress>::iterator age;
  };
  std::string_view lookup(const model::IpAddress& address, const model::Span& span,
                          base::Arena& arena);
  void run(std::stop_token stop);

  NameResolverOptions options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unordered_map<model::IpAddress, Entry> cache_;
  std::list<model::IpAddress> by_age_;  // the oldest first
  std::deque<model::IpAddress> wanted_;
  bool busy_ = false;
  std::jthread thread_;
};

}  // namespace obi::pipeline
