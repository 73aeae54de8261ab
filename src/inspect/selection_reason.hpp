// SPDX-License-Identifier: Apache-2.0
// Why single entries of the configuration match a process or not, in words.
#pragma once
#include <string>
#include <vector>

#include "config/discovery.hpp"
#include "discover/examination.hpp"

namespace obi::inspect {

struct SelectionReason {
  std::string origin;  ///< "discovery.instrument[0]"
  bool matches = false;
  std::string criterion;  ///< the first one that isn't met, as the configuration calls it
  std::string why_not;    ///< that criterion, with what was found instead; printable
};

std::vector<SelectionReason> selection_reasons(const std::vector<config::Selector>& entries,
                                               discover::Examination& examination);

/// "80, 443", or "no TCP port".
std::string ports_text(const std::vector<std::uint16_t>& ports);

}  // namespace obi::inspect
