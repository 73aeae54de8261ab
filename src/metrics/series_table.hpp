// SPDX-License-Identifier: Apache-2.0
// The series of metrics that share their attributes: each holds one instrument per metric, so a
// span is looked up once and recorded into all of them. Looking a series up allocates nothing. A
// series keeps its slot as long as it lives, so that the table can be read piece by piece while it
// changes. Not thread-safe.
#pragma once
#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "metrics/instrument.hpp"
#include "metrics/series_key.hpp"
#include "metrics/service_table.hpp"

namespace obi::metrics {

struct Series {
  std::shared_ptr<ServiceGroup>
      group;                ///< of the service that it began with; null: of all services
  bool by_service = false;  ///< other services have series of their own, whatever their values
  bool overflow = false;
  /// Bit of each view: recorded since the view's last collection; collected at least once.
  std::uint8_t fresh = 0;
  std::uint8_t collected = 0;
  std::uint32_t slot = 0;
  std::uint64_t id = 0;                     ///< never given twice
  std::vector<SeriesValue> service_values;  ///< empty if `by_service`
  std::string span_values;                  ///< ValueBytes
  std::uint64_t service_hash = 0;
  std::uint64_t service_id = 0;  ///< of a ServiceKey that is known to have these service_values
  /// One per metric: since the series began, or, if a view is delta, since its last collection …
  std::vector<Instrument> instruments;
  /// … and what that view took out of them, if another view is cumulative; else empty.
  std::vector<Instrument> earlier;
  std::uint64_t start_unix_ns = 0;
  std::uint64_t period_start_unix_ns = 0;  ///< delta: when it was collected last
  std::uint64_t recorded_ns = 0;           ///< monotonic
  std::size_t accounted_bytes = 0;

  [[nodiscard]] const ServiceGroup* key_group() const { return by_service ? group.get() : nullptr; }
  /// Allocated, itself included.
  [[nodiscard]] std::size_t held_bytes() const;
};

class SeriesTable {
 public:
  SeriesTable();

  /// The service's part of keys for this table.
  ServiceKey service_key(std::vector<SeriesValue> values);

  /// Null if there is none.
  Series* find(const SeriesKey& key);
  /// `key` must not be in the table. The series has no instruments yet.
  Series& insert(const SeriesKey& key, std::shared_ptr<ServiceGroup> group);
  void erase(Series& series);

  /// Calls `visit(Series&)` for each, in the order of their slots; it may erase that series.
  template <typename Visit>
  void for_each(Visit visit) {
    for (const auto& slot : slots_) {
      if (slot != nullptr) visit(*slot);
    }
  }
  [[nodiscard]] std::size_t size() const { return series_.size(); }
  [[nodiscard]] std::size_t slots() const { return slots_.size(); }
  /// Null if the slot is free.
  [[nodiscard]] Series* at(std::size_t slot) const { return slots_[slot].get(); }

 private:
  // Seeded, so that a choice of attribute values can't be a choice of collisions.
  struct Hash {
    using is_transparent = void;
    std::uint64_t seed = 0;
    std::size_t operator()(const SeriesKey& key) const;
    std::size_t operator()(const Series* series) const;
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const Series* series, const SeriesKey& key) const;
    bool operator()(const SeriesKey& key, const Series* series) const {
      return (*this)(series, key);
    }
    bool operator()(const Series* left, const Series* right) const { return left == right; }
  };
  std::vector<std::unique_ptr<Series>> slots_;
  std::vector<std::uint32_t> free_slots_;
  absl::flat_hash_set<Series*, Hash, Equal> series_;
  std::uint64_t last_service_id_ = 0;
  std::uint64_t last_series_id_ = 0;
};

}  // namespace obi::metrics
