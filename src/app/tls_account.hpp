// SPDX-License-Identifier: Apache-2.0
// Connections with TLS whose plaintext no source delivers, by the process's executable.
// Thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "export/prometheus/internal_metrics.hpp"

namespace obi::app {

class TlsAccount {
 public:
  /// Names that are kept apart; connections of further ones are counted as kOther.
  static constexpr std::size_t kMaxNames = 200;
  static constexpr const char* kOther = "other";

  void add(const std::string& executable_name);
  [[nodiscard]] std::vector<exporting::InternalSources::ProcessCount> rows() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace obi::app
