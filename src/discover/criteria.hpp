// SPDX-License-Identifier: Apache-2.0
// Which processes are taken, and why. Pure: facts in, verdict out.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/discovery.hpp"
#include "discover/process.hpp"
#include "model/service.hpp"

namespace obi::discover {

/// What the criteria look at. Ports and language cost something to find out, so they are asked for only when needed.
struct Candidate {
  const Process& process;
  std::function<const std::vector<std::uint16_t>&()> listening_ports;
  std::function<model::Language()> language;
  bool parent_is_taken = false;
  bool in_container = false;  ///< another container id or pid namespace than the agent's
};

struct Verdict {
  bool taken = false;
  std::string reason;  ///< one phrase, for logs and for explaining
  std::vector<const config::Selector*> matches;  ///< the entries that matched, in order
};

Verdict judge(const config::Discovery& discovery, const Candidate& candidate);

}  // namespace obi::discover
