// SPDX-License-Identifier: Apache-2.0
#include "model/ledger.hpp"

namespace obi::model {

std::uint64_t Ledger::explained(LedgerKind kind) const {
  std::uint64_t sum = 0;
  bool first = true;
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    if (kReasons[i].kind != kind) continue;
    if (!first) sum += counters_[i].load(std::memory_order_relaxed);
    first = false;
  }
  return sum;
}

}  // namespace obi::model
