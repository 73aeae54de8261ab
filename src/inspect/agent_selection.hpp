// SPDX-License-Identifier: Apache-2.0
// What an agent that starts now decides about a process: its first scan, for one process and those
// it descends from.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "config/discovery.hpp"
#include "discover/examination.hpp"

namespace obi::inspect {

struct AgentSelection {
  discover::Selection selection;
  std::chrono::nanoseconds age_to_wait{};
  std::optional<discover::Selection> later;  ///< once it is old enough; empty = it is
  /// An ancestor that this user may not read; it counts as not instrumented.
  std::optional<std::uint32_t> unreadable_ancestor;
};

/// The selection's matches point into `rules`.
AgentSelection select_as_agent(const config::Discovery& rules, discover::Examiner& examiner,
                               discover::Examination& examination);

}  // namespace obi::inspect
