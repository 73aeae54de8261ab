// SPDX-License-Identifier: Apache-2.0
// When to look at which process for files that it has mapped since (dlopen). Young processes are
// looked at first and often, older ones up to kMaxInterval apart; what all looks cost together is
// bounded, so on hosts with many processes the older ones wait longer. Decides only: no I/O, no
// clock. Not thread-safe.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace obi::capture {

class MappedFileWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;
  static constexpr std::chrono::milliseconds kMinInterval{100};
  static constexpr std::chrono::milliseconds kMaxInterval{10'000};
  /// A process that isn't looked at less often than this yet is young.
  static constexpr std::chrono::milliseconds kYoungInterval{2000};
  /// Every so many looks an older process goes first, or a storm of young ones would keep all
  /// others from being looked at.
  static constexpr unsigned kOldTurn = 4;
  /// Looks take at most one part in so many of one CPU, after an unused time up to kMaxCredit at
  /// once.
  static constexpr int kCostShare = 20;
  static constexpr std::chrono::milliseconds kMaxCredit{50};

  /// To be looked at now: a process that appeared, or began another program.
  void add(std::uint32_t pid, Time now);
  void remove(std::uint32_t pid);
  /// The process to look at now; nothing if none is due, or looks have cost too much. `looked` must
  /// follow, or `remove`.
  std::optional<std::uint32_t> next(Time now);
  /// `cost`: CPU time of the look. `changed`: there are other files than last time, so more may
  /// follow soon.
  void looked(std::uint32_t pid, Time now, Duration cost, bool changed);
  /// When `next` may have something again; nothing if no process is watched.
  [[nodiscard]] std::optional<Time> wake_at() const;
  [[nodiscard]] std::size_t size() const { return processes_.size(); }

 private:
  struct Process {
    Time due;
    std::chrono::milliseconds interval{0};
  };
  using Queue = std::set<std::pair<Time, std::uint32_t>>;  // by when it is due
  Queue& queue_of(const Process& process) {
    return process.interval < kYoungInterval ? young_ : old_;
  }
  void gain(Time now);

  std::unordered_map<std::uint32_t, Process> processes_;
  Queue young_;
  Queue old_;
  Duration credit_ = kMaxCredit;  // CPU time that may be spent; looks may overdraw it
  Time gained_at_{};
  unsigned turn_ = 0;
};

}  // namespace obi::capture
