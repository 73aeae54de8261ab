// SPDX-License-Identifier: Apache-2.0
// How many bytes each part of the agent holds, and what it may hold. Every holder reports its bytes
// here and asks here whether it must give some back. All holders together have a budget: max_memory
// less what the program itself needs. A holder may use what the others leave free; once all
// together are above the budget, those above their share of it release memory, each in its own way.
// Bytes are estimates of what was allocated, good to a tenth or so. Thread-safe: relaxed counters.
// One instance, owned by app and passed by reference.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace obi::model {

// clang-format off
// name, text, share of the budget in percent, what is held, how it gives way
#define OBI_MEMORY_HOLDERS(X)                                                                                       \
  X(Connections,  "connections",   16, "connections, and what is known of each",    "the quietest are forgotten")    \
  X(HeldBytes,    "held_bytes",    14, "bytes of requests that are not whole yet",  "the quietest connections' are dropped") \
  X(Batches,      "batches",        4, "empty batches of spans, kept for reuse",    "they are freed")                \
  X(Queues,       "queues",        10, "spans on their way to the exporters",       "queues count as full earlier")  \
  X(RetryBuffers, "retry_buffers", 16, "encoded requests that wait for a receiver", "the oldest are dropped")        \
  X(Series,       "series",        26, "metric series", "ended and idle ones leave early, new ones join the overflow series") \
  X(Resources,    "resources",      2, "encoded resources of services",             "the longest unused are freed")  \
  X(Services,     "services",       7, "services of living and ended processes",    "those that ended are forgotten early") \
  X(NameCaches,   "name_caches",    3, "host names, routes, topics",                "the longest unused are forgotten") \
  X(PageBuffers,  "page_buffers",   2, "portions of pages and of exports",          "they are bounded by themselves")
// clang-format on

enum class MemoryHolder : std::uint8_t {
#define OBI_MEMORY_ENUM(name, text, share, what, how) name,
  OBI_MEMORY_HOLDERS(OBI_MEMORY_ENUM)
#undef OBI_MEMORY_ENUM
};

struct MemoryHolderInfo {
  std::string_view name;
  unsigned percent = 0;  ///< of the budget
  std::string_view what;
  std::string_view how;  ///< it gives way
};

inline constexpr std::array kMemoryHolders = {
#define OBI_MEMORY_ROW(name, text, share, what, how) MemoryHolderInfo{text, share, what, how},
    OBI_MEMORY_HOLDERS(OBI_MEMORY_ROW)
#undef OBI_MEMORY_ROW
};

class MemoryAccount {
 public:
  /// `budget` in bytes; 0 = no limits, the account only counts.
  explicit MemoryAccount(std::size_t budget = 0) { set_budget(budget); }

  /// Before anything else uses the account.
  void set_budget(std::size_t budget);
  [[nodiscard]] std::size_t budget() const { return budget_; }
  [[nodiscard]] std::size_t held(MemoryHolder holder) const;
  [[nodiscard]] std::size_t total() const;
  /// Of the budget as it is now.
  [[nodiscard]] std::size_t share(MemoryHolder holder) const;
  /// Bytes that `holder` must give back now: what it has above its share, at most what all together
  /// have above the budget.
  [[nodiscard]] std::size_t excess(MemoryHolder holder) const;
  /// Bytes that `holder` gave back because it had to, so far.
  [[nodiscard]] std::uint64_t given_back(MemoryHolder holder) const;

  void add(MemoryHolder holder, std::ptrdiff_t bytes);
  void count_given_back(MemoryHolder holder, std::size_t bytes);

  /// The process is `bytes` too large: all together must come down by that much. The budget is
  /// lowered, never below a quarter.
  void constrain(std::size_t bytes);
  /// There is room again: the budget grows back by a sixteenth.
  void relax();
  [[nodiscard]] bool is_constrained() const;

  /// "connections=1234 held_bytes=0 …", in bytes.
  [[nodiscard]] std::string text() const;
  /// The same of what was given back, or "none".
  [[nodiscard]] std::string given_back_text() const;

 private:
  struct Row {
    std::atomic<std::ptrdiff_t> held{0};
    std::atomic<std::uint64_t> given_back{0};
  };
  std::size_t budget_ = 0;
  std::atomic<std::size_t> allowed_{0};  // the budget as it is now
  std::atomic<std::ptrdiff_t> total_{0};
  std::array<Row, kMemoryHolders.size()> rows_;
};

/// What one part of a holder has; several parts may belong to one holder. One thread at a time.
class MemoryEntry {
 public:
  /// Of no account: nothing is counted, and nothing ever has to be given back.
  MemoryEntry() = default;
  MemoryEntry(MemoryAccount* account, MemoryHolder holder) : account_(account), holder_(holder) {}
  MemoryEntry(const MemoryEntry&) = delete;
  MemoryEntry& operator=(const MemoryEntry&) = delete;
  ~MemoryEntry() { set(0); }

  void set(std::size_t bytes) {
    if (account_ != nullptr && bytes != bytes_) {
      account_->add(holder_,
                    static_cast<std::ptrdiff_t>(bytes) - static_cast<std::ptrdiff_t>(bytes_));
    }
    bytes_ = bytes;
  }
  void add(std::size_t bytes) { set(bytes_ + bytes); }
  void remove(std::size_t bytes) { set(bytes_ - std::min(bytes, bytes_)); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Bytes that this part must give back now.
  [[nodiscard]] std::size_t excess() const {
    return account_ == nullptr ? 0 : std::min(bytes_, account_->excess(holder_));
  }
  void count_given_back(std::size_t bytes) {
    if (account_ != nullptr && bytes > 0) account_->count_given_back(holder_, bytes);
  }

 private:
  MemoryAccount* account_ = nullptr;
  MemoryHolder holder_ = MemoryHolder::Connections;
  std::size_t bytes_ = 0;
};

}  // namespace obi::model
