// SPDX-License-Identifier: Apache-2.0
// Which processes are instrumented, and why. Pure: facts in, selection out.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/discovery.hpp"
#include "discover/decision.hpp"
#include "discover/metadata.hpp"
#include "discover/process.hpp"
#include "model/service.hpp"

namespace obi::discover {

/// What the criteria look at. Ports and language cost something to find out, so they are asked for
/// only when needed.
struct Candidate {
  const Process& process;
  std::function<const std::vector<std::uint16_t>&()> listening_ports;
  std::function<model::Language()> language;
  const ProcessMetadata* metadata = nullptr;  ///< null: there is none
  bool parent_is_instrumented = false;
  bool in_container = false;
};

/// True for a process in a container that isn't the agent's own: another pid namespace, or a
/// container id of its own (an agent in a container isn't outside of itself, and the host's
/// processes aren't in one).
bool is_in_container(const Process& process, const Process& agent);

/// What an entry asks for, in the order in which it is looked at: cheap things first.
enum class Criterion : std::uint8_t {
  kNone,        ///< all are met
  kEmpty,       ///< it asks for nothing, and so matches nothing
  kKubernetes,  ///< metadata of its pod
  kPid,
  kContainer,
  kExecutable,
  kArguments,
  kPorts,
  kLanguage,
};

/// The first criterion of the entry that the process doesn't meet.
Criterion first_unmet(const config::Selector& selector, const Candidate& candidate);

struct Selection {
  Outcome outcome = Outcome::kNotSelected;
  std::string reason;                            ///< one phrase, for logs and for explaining
  std::vector<const config::Selector*> matches;  ///< the entries that matched, in order

  [[nodiscard]] bool instrumented() const { return info(outcome).instrumented; }
};

/// A process is instrumented if an entry selects it or its parent is, and no exclusion matches;
/// with no entry at all, if it listens on a TCP port.
Selection select_process(const config::Discovery& rules, const Candidate& candidate);

/// How long a process of this age is left alone yet; 0 = it is decided now. One that is captured
/// already, or whose parent is, has nothing to wait for.
std::chrono::nanoseconds age_to_wait(const config::Discovery& rules, std::chrono::nanoseconds age,
                                     bool it_or_its_parent_is_instrumented);
inline constexpr std::string_view kTooYoungReason = "it is younger than discovery.min_process_age";

/// True if a port that begins to be listened on can change a selection.
bool depends_on_ports(const config::Discovery& rules);

}  // namespace obi::discover
