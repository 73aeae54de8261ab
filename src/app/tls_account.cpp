// SPDX-License-Identifier: Apache-2.0
#include "app/tls_account.hpp"

namespace obi::app {

void TlsAccount::add(const std::string& executable_name) {
  const std::lock_guard lock(mutex_);
  const bool has_room = counts_.size() < kMaxNames || counts_.contains(executable_name);
  ++counts_[has_room ? executable_name : kOther];
}

std::vector<exporting::InternalSources::ProcessCount> TlsAccount::rows() const {
  const std::lock_guard lock(mutex_);
  std::vector<exporting::InternalSources::ProcessCount> rows;
  for (const auto& [name, count] : counts_) rows.push_back({.process_name = name, .count = count});
  return rows;
}

}  // namespace obi::app
