// SPDX-License-Identifier: Apache-2.0
// The series of metrics that share their attributes: each holds one histogram per metric, so a span
// is looked up once and recorded into all of them. Looking a series up allocates nothing. Not
// thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "metrics/histogram.hpp"
#include "metrics/series_key.hpp"
#include "metrics/service_table.hpp"

namespace obi::metrics {

struct Series {
  std::shared_ptr<ServiceGroup> group;
  std::vector<SeriesValue> service_values;
  std::string span_values;  ///< ValueBytes
  std::uint64_t service_hash = 0;
  std::uint64_t service_id = 0;  ///< of a ServiceKey that is known to have these service_values
  bool overflow = false;
  std::vector<Histogram> histograms;
  std::uint64_t start_unix_ns = 0;
  std::uint64_t recorded_ns = 0;  ///< monotonic
  bool changed = false;           ///< since the last snapshot
};

class SeriesTable {
 public:
  SeriesTable();

  /// The service's part of keys for this table.
  ServiceKey service_key(std::vector<SeriesValue> values);

  /// Null if there is none.
  Series* find(const SeriesKey& key);
  /// `key` must not be in the table. The series has no histograms yet.
  Series& insert(const SeriesKey& key, std::shared_ptr<ServiceGroup> group);
  /// Removes the series that were not recorded at or after `oldest_ns`.
  void erase_idle(std::uint64_t oldest_ns);
  /// Calls `visit(Series&)` for each, in no order.
  template <typename Visit>
  void for_each(Visit visit) {
    for (const auto& series : series_) visit(*series);
  }
  [[nodiscard]] std::size_t size() const { return series_.size(); }

 private:
  // Seeded, so that nobody who chooses attribute values can choose collisions.
  struct Hash {
    using is_transparent = void;
    std::uint64_t seed = 0;
    std::size_t operator()(const SeriesKey& key) const;
    std::size_t operator()(const std::unique_ptr<Series>& series) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const SeriesKey& key, const std::unique_ptr<Series>& series) const;
    bool operator()(const std::unique_ptr<Series>& series, const SeriesKey& key) const {
      return (*this)(key, series);
    }
    bool operator()(const std::unique_ptr<Series>& left,
                    const std::unique_ptr<Series>& right) const {
      return left == right;
    }
  };
  std::unordered_set<std::unique_ptr<Series>, Hash, Equal> series_;
  std::uint64_t last_service_id_ = 0;
};

}  // namespace obi::metrics
