// SPDX-License-Identifier: Apache-2.0
// How the aggregator's series keep within their limits: what joins an overflow series, and what
// leaves before its time.
#include <algorithm>

#include "metrics/aggregator.hpp"

namespace obi::metrics {
namespace {

constexpr std::uint64_t kSecondNs = 1'000'000'000;
// Under pressure a series leaves when nothing was recorded for so long: of a service without
// processes, whose last spans may still be under way, and of one that lives.
constexpr std::uint64_t kEndedIdleNs = kSecondNs;
constexpr std::uint64_t kLivingIdleNs = 30 * kSecondNs;
// A view that was not read for so long (scrapers that went away) is not waited for.
constexpr std::uint64_t kViewIdleNs = 300 * kSecondNs;
constexpr std::uint64_t kEvictionPauseNs = kSecondNs;  // looking at all series takes its time

}  // namespace

std::vector<Instrument> Aggregator::new_instruments(const Shape& shape) const {
  std::vector<Instrument> instruments;
  instruments.reserve(shape.metrics.size());
  for (const auto* metric : shape.metrics) instruments.emplace_back(instrument_options(*metric));
  return instruments;
}

std::uint32_t& Aggregator::count_of(const Shape& shape, ServiceGroup& group) const {
  if (group.series_count.empty()) group.series_count.resize(shapes_.size());
  return group.series_count[static_cast<std::size_t>(&shape - shapes_.data())];
}

// The limit is OpenTelemetry's, for a metric of a service; above it the service's overflow series
// takes the rest. Without memory for another series the one of all services does.
Series& Aggregator::new_series(Shape& shape, SeriesKey key, const ServiceFacts& facts,
                               Instant now) {
  if (options_.cardinality_limit > 0 &&
      count_of(shape, *facts.group) + 1 >= options_.cardinality_limit) {
    key = {.group = key.group, .overflow = true};
    if (auto* series = shape.series.find(key)) return *series;
  }
  if (memory_.excess() > 0) give_way(now);
  if (memory_.excess() > 0) {
    key = {.overflow = true};
    if (auto* series = shape.series.find(key)) return *series;
  }
  const bool of_all = key.overflow && key.group == nullptr;
  return insert(shape, key, of_all ? nullptr : facts.group, now);
}

Series& Aggregator::insert(Shape& shape, const SeriesKey& key,
                           const std::shared_ptr<ServiceGroup>& group, Instant now) {
  auto& series = shape.series.insert(key, group);
  series.instruments = new_instruments(shape);
  if (options_.serves_page && is_delta(options_.dialect)) series.earlier = new_instruments(shape);
  series.start_unix_ns = now.unix_ns;
  series.period_start_unix_ns = period_start_unix_ns_;
  series.accounted_bytes = series.held_bytes();
  memory_.add(series.accounted_bytes);
  if (!key.overflow) {
    ++series_count_;
    ++count_of(shape, *group);
  }
  return series;
}

void Aggregator::erase(Shape& shape, Series& series) {
  if (!series.overflow) {
    --series_count_;
    --count_of(shape, *series.group);
  } else if (series.group == nullptr) {
    for (auto& folded : shape.folded) folded.clear();
  }
  memory_.remove(series.accounted_bytes);
  shape.series.erase(series);
}

void Aggregator::expire(Instant now) {
  const std::lock_guard lock(mutex_);
  expire_locked(now);
}

void Aggregator::expire_locked(Instant now) {
  const auto ttl_ns = static_cast<std::uint64_t>(options_.ttl.count());
  if (options_.ttl.count() > 0 && now.monotonic_ns > ttl_ns) {
    for (auto& shape : shapes_) {
      shape.series.for_each([&](Series& series) {
        if (series.recorded_ns < now.monotonic_ns - ttl_ns) erase(shape, series);
      });
    }
  }
  give_way(now);
  services_.forget_unused();
  services_memory_.set(services_.held_bytes());
}

struct Aggregator::Candidate {
  int order = 0;
  std::uint64_t recorded_ns = 0;
  Shape* shape = nullptr;
  Series* series = nullptr;
};

// First those of which every view has everything; among them those of services that ended. Nullopt:
// it stays. A view that has collected a part of a series, and not the rest, is waited for.
std::optional<int> Aggregator::eviction_class(const Series& series, Instant now) const {
  if (series.overflow) return std::nullopt;
  const bool ended = !series.group->is_alive;
  const std::uint64_t idle_ns =
      now.monotonic_ns > series.recorded_ns ? now.monotonic_ns - series.recorded_ns : 0;
  if (idle_ns < (ended ? kEndedIdleNs : kLivingIdleNs)) return std::nullopt;
  bool loses_nothing = true;
  for (const Dialect view : {Dialect::kOtlp, Dialect::kPrometheus}) {
    if (!has_view(view) || (series.fresh & bit_of(view)) == 0) continue;
    const std::uint64_t collected_ns = collected_ns_[index_of(view)];
    const bool is_read = collected_ns != 0 && now.monotonic_ns < collected_ns + kViewIdleNs;
    if (is_read && (series.collected & bit_of(view)) != 0 && !is_delta(view)) return std::nullopt;
    loses_nothing = false;
  }
  return (loses_nothing ? 0 : 2) + (ended ? 0 : 1);
}

void Aggregator::give_way(Instant now) {
  const std::size_t excess = memory_.excess();
  if (excess == 0 || now.monotonic_ns < next_eviction_ns_) return;
  next_eviction_ns_ = now.monotonic_ns + kEvictionPauseNs;
  std::vector<Candidate> candidates;
  for (auto& shape : shapes_) {
    shape.series.for_each([&](Series& series) {
      if (const auto order = eviction_class(series, now))
        candidates.push_back({*order, series.recorded_ns, &shape, &series});
    });
  }
  std::ranges::sort(candidates, [](const Candidate& left, const Candidate& right) {
    return std::pair(left.order, left.recorded_ns) < std::pair(right.order, right.recorded_ns);
  });
  const std::size_t wanted = excess + memory_.bytes() / 8;  // so that there is room for a while
  std::size_t freed = 0;
  for (const Candidate& candidate : candidates) {
    if (freed >= wanted) break;
    freed += candidate.series->accounted_bytes;
    fold(*candidate.shape, *candidate.series, now);
    erase(*candidate.shape, *candidate.series);
    ++evicted_series_;
  }
  memory_.count_given_back(freed);
}

// What a view has not collected of a series that goes is kept in its overflow.
void Aggregator::fold(Shape& shape, const Series& series, Instant now) {
  if (series.fresh == 0) return;
  const SeriesKey key{.overflow = true};
  Series* overflow = shape.series.find(key);
  if (overflow == nullptr) overflow = &insert(shape, key, nullptr, now);
  for (const Dialect view : {Dialect::kOtlp, Dialect::kPrometheus}) {
    if (!has_view(view) || (series.fresh & bit_of(view)) == 0) continue;
    auto& folded = shape.folded[index_of(view)];
    if (folded.empty()) folded = new_instruments(shape);
    for (std::size_t i = 0; i < folded.size(); ++i) {
      folded[i].merge(series.instruments[i]);
      if (!is_delta(view) && !series.earlier.empty()) folded[i].merge(series.earlier[i]);
    }
  }
  overflow->fresh |= series.fresh;
  overflow->recorded_ns = std::max(overflow->recorded_ns, series.recorded_ns);
}

}  // namespace obi::metrics
