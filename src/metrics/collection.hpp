// SPDX-License-Identifier: Apache-2.0
// One reading of an aggregator's metrics through one view, portion by portion, so that no copy of
// all of them ever exists. Every series that is there from begin to end of the reading is in it
// once. Of a page all points of a metric follow each other; in OTLP all of a service. The
// aggregator must outlive it. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "metrics/aggregator.hpp"

namespace obi::metrics {

class Collection final : public MetricReading {
 public:
  /// As many points as `max_points` allows, but at least one series' or one service's; what is read
  /// now is of `now`. target.info comes last, in an entry without service. Empty when there are no
  /// more.
  std::vector<model::ServiceMetrics> next(std::size_t max_points, Instant now) override;

 private:
  friend class Aggregator;
  struct Place {  // of a series
    std::uint32_t shape = 0;
    std::uint32_t slot = 0;
    std::uint64_t id = 0;
  };
  struct Column {  // a metric of a page
    std::uint32_t shape = 0;
    std::uint32_t metric = 0;
    bool is_first = false;  ///< of its shape
  };
  class Portion;

  /// The aggregator is locked.
  Collection(Aggregator& aggregator, Dialect view);
  void list_series();
  void list_columns();
  void add_services(Portion& portion);
  void add_columns(Portion& portion);
  void add_target_info(Portion& portion);
  void add_series(Portion& portion, Shape& shape, Series& series);
  void add_point(Portion& portion, Shape& shape, Series& series, std::size_t metric);
  void write_value(Shape& shape, Series& series, std::size_t metric, model::MetricPoint& point);
  void mark_collected(Series& series) const;
  /// Recorded since this view read it last.
  [[nodiscard]] bool is_fresh(const Series& series) const {
    return (series.fresh & bit_of(view_)) != 0;
  }

  Aggregator* aggregator_;
  Dialect view_;
  std::uint64_t period_start_unix_ns_;  // delta: when the reading before this one began
  std::vector<Place> places_;           // OTLP: by service
  std::vector<Column> columns_;
  std::size_t next_ = 0;       // place or column
  std::size_t next_slot_ = 0;  // in the column
  std::vector<ServiceTable::Alive> alive_;
  std::size_t next_alive_ = 0;
};

}  // namespace obi::metrics
