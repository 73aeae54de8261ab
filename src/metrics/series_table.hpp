// SPDX-License-Identifier: Apache-2.0
// The series of metrics that share their attributes: each holds one histogram per metric, so a span
// is looked up once and recorded into all of them. Looking a series up allocates nothing. Not
// thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "metrics/attribute_reader.hpp"
#include "metrics/histogram.hpp"
#include "metrics/service_table.hpp"

namespace obi::metrics {

/// What distinguishes series. Views: valid only for the look-up.
struct SeriesKey {
  const ServiceGroup* group = nullptr;  ///< null: series are not kept apart by service
  std::span<const AttributeView> values;
  bool overflow = false;  ///< the series of everything beyond the limit; has no values
};

struct Series {
  std::shared_ptr<ServiceGroup> group;
  std::vector<std::variant<std::monostate, std::string, std::int64_t>> values;
  bool overflow = false;
  std::vector<Histogram> histograms;
  std::uint64_t start_unix_ns = 0;
  std::uint64_t recorded_ns = 0;  ///< monotonic
  bool changed = false;           ///< since the last snapshot
};

class SeriesTable {
 public:
  SeriesTable();

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
};

}  // namespace obi::metrics
