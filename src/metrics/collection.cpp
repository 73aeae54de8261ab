// SPDX-License-Identifier: Apache-2.0
#include "metrics/collection.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace obi::metrics {
namespace {

/// Sorted by name, as the readers are; those of an overflow series say so.
model::Attributes attributes_of(const Series& series, const std::vector<AttributeReader>& readers,
                                Dialect view, base::Arena& scratch) {
  model::Attributes attributes;
  if (series.overflow) {
    attributes.emplace_back("otel.metric.overflow", "true");
    // OTLP: the resource says whose it is.
    if (!series.by_service || view == Dialect::kOtlp) return attributes;
  }
  auto of_service = series.service_values.begin();
  std::string_view of_span = series.span_values;
  for (const auto& reader : readers) {
    SeriesValue value;
    if (reader.is_of_service()) {
      value =
          series.by_service ? kept(reader.read(*series.group->service, scratch)) : *of_service++;
    } else if (!series.overflow) {
      value = kept(ValueBytes::take(of_span));
      if (view == Dialect::kPrometheus && std::holds_alternative<std::monostate>(value)) value = "";
    }
    if (auto* text = std::get_if<std::string>(&value)) {
      attributes.emplace_back(reader.name(), std::move(*text));
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      attributes.emplace_back(reader.name(), *number);
    }
  }
  if (series.overflow) std::ranges::sort(attributes, {}, &model::Attributes::value_type::first);
  return attributes;
}

}  // namespace

/// What one call of `next` puts together.
class Collection::Portion {
 public:
  Portion(std::size_t max_points, Instant now) : now_(now), left_(max_points) {}

  [[nodiscard]] bool is_full() const { return left_ == 0; }
  [[nodiscard]] Instant now() const { return now_; }
  model::MetricPoint& add_point(const model::ServiceRef& service, const MetricInfo& info) {
    if (left_ > 0) --left_;
    if (entries_.empty() || entries_.back().service != service)
      entries_.push_back({.service = service, .metrics = {}});
    return metric_of(entries_.back(), info).points.emplace_back();
  }
  [[nodiscard]] model::Metric& last_metric(const MetricInfo& info) {
    return metric_of(entries_.back(), info);
  }
  std::vector<model::ServiceMetrics> finish() && { return std::move(entries_); }

 private:
  static model::Metric& metric_of(model::ServiceMetrics& entry, const MetricInfo& info) {
    const auto known = std::ranges::find(entry.metrics, info.name, &model::Metric::name);
    if (known != entry.metrics.end()) return *known;
    auto& metric = entry.metrics.emplace_back();
    metric.name = info.name;
    metric.prometheus_name = info.prometheus_name;
    metric.unit = info.unit;
    metric.description = info.description;
    metric.type = info.type;
    return metric;
  }

  Instant now_;
  std::size_t left_;
  std::vector<model::ServiceMetrics> entries_;
};

Collection Aggregator::collect(Dialect view, Instant now) {
  const std::lock_guard lock(mutex_);
  expire_locked(now);
  collected_ns_[index_of(view)] = now.monotonic_ns;
  Collection collection(*this, view);
  if (is_delta(view)) period_start_unix_ns_ = now.unix_ns;
  return collection;
}

std::unique_ptr<MetricReading> Aggregator::read(Dialect view, Instant now) {
  return std::make_unique<Collection>(collect(view, now));
}

std::vector<model::ServiceMetrics> Aggregator::snapshot(Instant now) {
  return collect(options_.dialect, now).next(SIZE_MAX, now);
}

Collection::Collection(Aggregator& aggregator, Dialect view)
    : aggregator_(&aggregator),
      view_(view),
      period_start_unix_ns_(aggregator.period_start_unix_ns_),
      alive_(aggregator.services_.alive()) {
  view == Dialect::kOtlp ? list_series() : list_columns();
}

void Collection::list_series() {
  const bool only_fresh = aggregator_->is_delta(view_);
  struct Listed {
    const ServiceGroup* group = nullptr;
    Place place;
  };
  std::vector<Listed> all;
  for (std::uint32_t i = 0; i < aggregator_->shapes_.size(); ++i) {
    Shape& shape = aggregator_->shapes_[i];
    shape.series.for_each([&](const Series& series) {
      if (only_fresh && !shape.has_up_down_counters && !is_fresh(series)) return;
      all.push_back({series.group.get(), {.shape = i, .slot = series.slot, .id = series.id}});
    });
  }
  std::ranges::stable_sort(all, std::less{}, &Listed::group);
  places_.reserve(all.size());
  for (const Listed& listed : all) places_.push_back(listed.place);
}

void Collection::list_columns() {
  const auto& shapes = aggregator_->shapes_;
  for (std::uint32_t i = 0; i < shapes.size(); ++i) {
    for (std::uint32_t k = 0; k < shapes[i].metrics.size(); ++k)
      columns_.push_back({.shape = i, .metric = k});
  }
  std::ranges::sort(columns_, {}, [&](const Column& column) {
    return shapes[column.shape].metrics[column.metric]->prometheus_name;
  });
  std::vector<bool> begun(shapes.size());
  for (Column& column : columns_) {
    column.is_first = !begun[column.shape];
    begun[column.shape] = true;
  }
}

std::vector<model::ServiceMetrics> Collection::next(std::size_t max_points, Instant now) {
  const std::lock_guard lock(aggregator_->mutex_);
  Portion portion(max_points, now);
  view_ == Dialect::kOtlp ? add_services(portion) : add_columns(portion);
  add_target_info(portion);
  return std::move(portion).finish();
}

void Collection::add_services(Portion& portion) {
  for (; next_ < places_.size() && !portion.is_full(); ++next_) {
    const Place& place = places_[next_];
    Shape& shape = aggregator_->shapes_[place.shape];
    Series* series = shape.series.at(place.slot);
    if (series == nullptr || series->id != place.id) continue;  // evicted meanwhile
    add_series(portion, shape, *series);
  }
}

void Collection::add_series(Portion& portion, Shape& shape, Series& series) {
  const bool only_states = aggregator_->is_delta(view_) && !is_fresh(series);
  for (std::size_t i = 0; i < shape.metrics.size(); ++i) {
    if (!only_states || shape.metrics[i]->type == model::MetricType::kUpDownCounter)
      add_point(portion, shape, series, i);
  }
  series.period_start_unix_ns = portion.now().unix_ns;
  mark_collected(series);
}

void Collection::add_columns(Portion& portion) {
  while (next_ < columns_.size() && !portion.is_full()) {
    const Column& column = columns_[next_];
    Shape& shape = aggregator_->shapes_[column.shape];
    if (next_slot_ == shape.series.slots()) {
      ++next_;
      next_slot_ = 0;
      continue;
    }
    Series* series = shape.series.at(next_slot_++);
    if (series == nullptr) continue;
    add_point(portion, shape, *series, column.metric);
    if (column.is_first) mark_collected(*series);
  }
}

void Collection::mark_collected(Series& series) const {
  series.fresh &= static_cast<std::uint8_t>(~bit_of(view_));
  series.collected |= bit_of(view_);
  const std::size_t bytes = series.held_bytes();
  aggregator_->memory_.add(bytes - std::min(bytes, series.accounted_bytes));
  series.accounted_bytes = std::max(bytes, series.accounted_bytes);
}

void Collection::add_point(Portion& portion, Shape& shape, Series& series, std::size_t metric) {
  const MetricInfo& info = *shape.metrics[metric];
  const bool is_grouped = view_ == Dialect::kOtlp && series.group != nullptr;
  auto& point = portion.add_point(is_grouped ? series.group->service : nullptr, info);
  aggregator_->scratch_.reset();
  const bool is_second = view_ != aggregator_->options_.dialect;
  point.attributes = attributes_of(series, is_second ? shape.page_attributes : shape.attributes,
                                   view_, aggregator_->scratch_);
  const bool is_delta =
      aggregator_->is_delta(view_) && info.type != model::MetricType::kUpDownCounter;
  point.start_unix_ns = is_delta ? std::max(series.period_start_unix_ns, period_start_unix_ns_)
                                 : series.start_unix_ns;
  point.unix_ns = portion.now().unix_ns;
  write_value(shape, series, metric, point);
  model::Metric& described = portion.last_metric(info);
  if (info.type != model::MetricType::kHistogram || !described.bounds.empty()) return;
  if (aggregator_->options_.exponential_histograms) {
    described.type = model::MetricType::kExponentialHistogram;
  } else {
    described.bounds = aggregator_->bounds(info.buckets);
  }
}

void Collection::write_value(Shape& shape, Series& series, std::size_t metric,
                             model::MetricPoint& point) {
  Instrument& current = series.instruments[metric];
  const bool is_delta = aggregator_->is_delta(view_);
  if (view_ == aggregator_->options_.dialect) current.take_exemplars(point);

  auto& folded = shape.folded[index_of(view_)];
  Instrument* const others =
      series.overflow && series.group == nullptr && !folded.empty() ? &folded[metric] : nullptr;
  Instrument* const earlier = series.earlier.empty() ? nullptr : &series.earlier[metric];
  if (others == nullptr && (is_delta || earlier == nullptr)) {
    current.write_value(point);
  } else {
    Instrument sum(aggregator_->instrument_options(*shape.metrics[metric]));
    sum.merge(current);
    if (!is_delta && earlier != nullptr) sum.merge(*earlier);
    if (others != nullptr) sum.merge(*others);
    sum.write_value(point);
  }
  if (!is_delta) return;
  current.end_period(earlier);
  if (others != nullptr) others->end_period(nullptr);
}

void Collection::add_target_info(Portion& portion) {
  const auto& options = aggregator_->options_;
  const bool is_done = view_ == Dialect::kOtlp ? next_ == places_.size() : next_ == columns_.size();
  ActiveGroups groups = options.groups;
  groups.prometheus = view_ == Dialect::kPrometheus;
  for (; is_done && next_alive_ < alive_.size() && !portion.is_full(); ++next_alive_) {
    const auto& alive = alive_[next_alive_];
    auto& point = portion.add_point(nullptr, target_info());
    point.attributes =
        view_ == Dialect::kPrometheus
            ? target_info_labels(*alive.service, options.resource, options.selection, groups)
            : target_info_attributes(*alive.service, options.resource, options.selection);
    point.value = std::int64_t{1};
    point.start_unix_ns = alive.since_unix_ns;
    point.unix_ns = portion.now().unix_ns;
  }
}

}  // namespace obi::metrics
