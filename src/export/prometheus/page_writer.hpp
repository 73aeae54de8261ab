// SPDX-License-Identifier: Apache-2.0
// Metrics in Prometheus's text format 0.0.4, piece by piece: a piece may hold a part of a metric's
// points, and the next piece the rest. Of series with equal labels only the first is written: one
// repeated series makes a scraper reject the whole page. Exemplars are left out (only OpenMetrics
// has room for them); an exponential histogram is not expressible and yields no series. One page
// each; not thread-safe.
#pragma once
#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <string>

#include "model/metric.hpp"

namespace obi::exporting {

class PageWriter {
 public:
  /// Appends to `page`. All points of a metric come before those of the next.
  void add(const model::Metric& metric, std::string& page);

 private:
  /// False: a series of the metric has these labels already.
  bool set_labels(const model::Attributes& attributes);
  void add_histogram(const model::Metric& metric, const model::ExplicitHistogram& histogram,
                     std::string& page) const;

  std::string family_;                         // the metric that is being written
  absl::flat_hash_set<std::uint64_t> series_;  // hashes of the labels it has had
  std::string labels_;                         // of the series being written, without braces
};

}  // namespace obi::exporting
