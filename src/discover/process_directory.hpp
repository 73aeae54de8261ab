// SPDX-License-Identifier: Apache-2.0
// Which service each instrumented process is, now and a while ago. Written by discovery and, for
// forks and execs, by the thread that reads the kernel's records, in their order; read by the
// pipeline for every span. Processes that were forked without an exec share one Service object:
// they are one instance.
// Thread-safe, except that the listeners are set before anything else happens. Bounded: by what the
// kernel's table of traced processes takes, by kMaxEnded and by kMaxTenures.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/memory_account.hpp"
#include "model/service.hpp"

namespace obi::discover {

class ProcessDirectory {
 public:
  /// How long a process that ended is still found, since its last spans come later than its end.
  static constexpr std::uint64_t kGraceNs = 60'000'000'000;
  static constexpr std::size_t kMaxEnded = 32'768;
  /// The grace when services hold more than their share of memory.
  static constexpr std::uint64_t kShortGraceNs = 5'000'000'000;
  /// Programs and owners of one process number that are kept apart by time.
  static constexpr std::size_t kMaxTenures = 4;
  /// How long after an exec `find_at` waits for the decision about the new program.
  static constexpr std::chrono::milliseconds kDecisionTime{500};

  /// `memory` must outlive the directory; null = no limit.
  explicit ProcessDirectory(model::MemoryAccount* memory = nullptr)
      : memory_(memory, model::MemoryHolder::Services) {}

  /// Called with a service that has its first running process (true), or none any more; outside the
  /// lock, on the thread that made the change.
  using Listener = std::function<void(const model::ServiceRef& service, bool added)>;
  void set_listener(Listener listener) { listener_ = std::move(listener); }
  /// Called for each process that gets a service by `put` or `replace`, likewise.
  using ProcessListener = std::function<void(std::uint32_t pid, const model::ServiceRef& service)>;
  void set_process_listener(ProcessListener listener) { process_listener_ = std::move(listener); }

  /// The service of the program that the process runs; completes `begin_program`.
  void put(std::uint32_t pid, model::ServiceRef service);
  /// All running processes of one service get another.
  void replace(const model::ServiceRef& before, const model::ServiceRef& service);
  /// `parent` has forked `child`, which shares its service. Nothing happens if the parent is
  /// unknown, or if a later owner of the child's number is known; harmless if repeated.
  /// `ns`: CLOCK_MONOTONIC, as everywhere below.
  void inherit(std::uint32_t child, std::uint32_t parent, std::uint64_t ns);
  /// An instrumented process runs another program from `ns` on, whose service `put` will say, or
  /// `end` that it has none.
  void begin_program(std::uint32_t pid, std::uint64_t ns);
  /// No decision will come about a program that the process began at `ns` or before. False if none
  /// was awaited.
  bool end_undecided(std::uint32_t pid, std::uint64_t ns);
  /// Not of a process that began after `ns`.
  void end(std::uint32_t pid, std::uint64_t ns);
  /// Ends the processes that are not in `pids` (sorted) though they began before `ns`.
  void end_all_but(const std::vector<std::uint32_t>& pids, std::uint64_t ns);
  /// Forgets processes whose grace is over, and accounts for what the others hold.
  void expire(std::uint64_t now_ns);

  /// The latest service of that process number. Null if it is not instrumented.
  [[nodiscard]] model::ServiceRef find(std::uint32_t pid) const;
  struct Found {
    model::ServiceRef service;                   ///< null: not instrumented
    std::uint64_t from_ns = 0;                   ///< it holds from then …
    std::uint64_t until_ns = ~std::uint64_t{0};  ///< … until before then
  };
  /// The one of that time. Within kDecisionTime of an exec it waits for the decision.
  [[nodiscard]] Found find_at(std::uint32_t pid, std::uint64_t ns) const;
  [[nodiscard]] bool is_alive(std::uint32_t pid) const;
  [[nodiscard]] std::size_t alive_count() const;
  /// Services of the running processes, one for each.
  [[nodiscard]] std::vector<model::ServiceRef> alive() const;

 private:
  // One program of one owner of a process number.
  struct Tenure {
    model::ServiceRef service;
    std::uint64_t since_ns = 0;
    std::uint64_t ended_ns = 0;  // 0: it goes on
    bool undecided = false;      // `service` is not known yet
    bool counted = false;        // in processes_of_
  };
  using Tenures = std::vector<Tenure>;  // the latest last; never empty
  // For the listeners, once the lock is released.
  struct Changes {
    std::vector<std::pair<model::ServiceRef, bool>> services;
    std::vector<std::pair<std::uint32_t, model::ServiceRef>> processes;
  };

  static bool is_alive(const Tenures& tenures);
  static const Tenure& tenure_at(const Tenures& tenures, std::uint64_t ns);
  Tenure& begin(std::uint32_t pid, std::uint64_t since_ns, Changes& changes);
  void set_service(Tenure& tenure, const model::ServiceRef& service, Changes& changes);
  void count_out(Tenure& tenure, Changes& changes);
  void count_out_ended(Tenures& tenures, Changes& changes);
  void set_ended(std::uint32_t pid, Tenure& tenure, std::uint64_t ns);
  void finish(std::uint32_t pid, Tenures& tenures, std::uint64_t ns, Changes& changes);
  bool end_if(std::uint32_t pid, std::uint64_t ns, bool undecided);
  void forget_oldest_ended(Changes& changes);
  [[nodiscard]] std::size_t held_bytes() const;
  void give_way(std::uint64_t now_ns, Changes& changes);
  void publish(const Changes& changes) const;

  mutable std::shared_mutex mutex_;
  mutable std::condition_variable_any decided_;
  std::unordered_map<std::uint32_t, Tenures> entries_;
  std::unordered_map<const model::Service*, std::size_t> processes_of_;
  /// When each tenure ended, about the longest ended first. One that doesn't fit `entries_` any
  /// more is stale.
  std::deque<std::pair<std::uint64_t, std::uint32_t>> ended_;
  Listener listener_;
  ProcessListener process_listener_;
  model::MemoryEntry memory_;
};

}  // namespace obi::discover
