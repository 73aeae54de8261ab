// SPDX-License-Identifier: Apache-2.0
// Why each process is or isn't instrumented. Written by discovery, read by `explain`. Thread-safe.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace obi::discover {

// clang-format off
#define OBI_DISCOVERY_OUTCOMES(X)                       \
  X(kSelected,           "selected",             true)  \
  X(kParentInstrumented, "parent_instrumented",  true)  \
  X(kListens,            "listens",              true)  \
  X(kExcluded,           "excluded",             false) \
  X(kNotSelected,        "not_selected",         false) \
  X(kNoPort,             "listens_on_no_port",   false) \
  X(kTooYoung,           "too_young",            false) \
  X(kAttachFailed,       "attach_failed",        false)
// clang-format on

enum class Outcome : std::uint8_t {
#define OBI_OUTCOME_ENUM(name, text, instrumented) name,
  OBI_DISCOVERY_OUTCOMES(OBI_OUTCOME_ENUM)
#undef OBI_OUTCOME_ENUM
};

struct OutcomeInfo {
  std::string_view name;      ///< for metrics
  bool instrumented = false;  ///< the process is instrumented
};

inline constexpr std::array kOutcomes = {
#define OBI_OUTCOME_ROW(name, text, instrumented) OutcomeInfo{text, instrumented},
    OBI_DISCOVERY_OUTCOMES(OBI_OUTCOME_ROW)
#undef OBI_OUTCOME_ROW
};

[[nodiscard]] constexpr const OutcomeInfo& info(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

struct Decision {
  std::uint32_t pid = 0;
  std::string executable;
  Outcome outcome = Outcome::kNotSelected;
  std::string reason;   ///< one phrase; names the entry of the configuration that decided
  std::string service;  ///< name; empty if not instrumented
};

class DecisionLog {
 public:
  /// Later processes are counted, but not kept.
  static constexpr std::size_t kMaxProcesses = 16'384;

  void record(Decision decision);
  void forget(std::uint32_t pid);

  [[nodiscard]] std::optional<Decision> find(std::uint32_t pid) const;
  /// Of the running processes, by pid.
  [[nodiscard]] std::vector<Decision> all() const;
  /// How often this was decided since the start.
  [[nodiscard]] std::uint64_t count(Outcome outcome) const;
  /// Decisions that were counted but not kept.
  [[nodiscard]] std::uint64_t not_kept() const { return not_kept_.load(); }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::uint32_t, Decision> decisions_;
  std::array<std::atomic<std::uint64_t>, kOutcomes.size()> counts_{};
  std::atomic<std::uint64_t> not_kept_{0};
};

}  // namespace obi::discover
