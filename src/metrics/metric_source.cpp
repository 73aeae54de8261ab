// SPDX-License-Identifier: Apache-2.0
#include "metrics/metric_source.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"

namespace obi::metrics {
namespace {

bool is_taken(const std::vector<MetricName>& names, const MetricName& name) {
  return std::ranges::any_of(names, [&](const MetricName& known) {
    return known.name == name.name || known.prometheus_name == name.prometheus_name;
  });
}

class ReadingOfAll final : public MetricReading {
 public:
  ReadingOfAll(std::vector<MetricSources::Source> sources, Dialect view, Instant now)
      : sources_(std::move(sources)) {
    for (const auto& source : sources_) readings_.push_back(source->read(view, now));
  }
  std::vector<model::ServiceMetrics> next(std::size_t max_points, Instant now) override {
    for (; next_ < readings_.size(); ++next_) {
      auto portion = readings_[next_]->next(max_points, now);
      if (!portion.empty()) return portion;
    }
    return {};
  }

 private:
  std::vector<MetricSources::Source> sources_;
  std::vector<std::unique_ptr<MetricReading>> readings_;
  std::size_t next_ = 0;
};

}  // namespace

Instant Instant::now() {
  const std::uint64_t monotonic_ns = base::monotonic_ns();
  return {monotonic_ns, monotonic_ns + static_cast<std::uint64_t>(base::wall_offset_ns())};
}

base::Result<void> MetricSources::add(Source source) {
  for (const MetricName& name : source->describe()) {
    for (const Source& other : sources_) {
      if (is_taken(other->describe(), name))
        return base::fail("two sources report the metric " + name.name);
    }
  }
  sources_.push_back(std::move(source));
  return {};
}

void MetricSources::expire(Instant now) const {
  for (const Source& source : sources_) source->expire(now);
}

std::unique_ptr<MetricReading> MetricSources::read(Dialect view, Instant now) const {
  return std::make_unique<ReadingOfAll>(sources_, view, now);
}

}  // namespace obi::metrics
