// SPDX-License-Identifier: Apache-2.0
#include "metrics/aggregator.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/clock.hpp"
#include "metrics/snapshot_builder.hpp"

namespace obi::metrics {
namespace {

AggregatorOptions completed(AggregatorOptions options) {
  for (auto* bounds :
       {&options.buckets.duration, &options.buckets.request_size, &options.buckets.response_size}) {
    std::ranges::sort(*bounds);
    const auto repeated = std::ranges::unique(*bounds);
    bounds->erase(repeated.begin(), repeated.end());
  }
  options.groups.prometheus = options.dialect == Dialect::kPrometheus;
  if (options.dialect == Dialect::kOtlp) {
    // They are in the resource already.
    options.groups.kubernetes = false;
    options.groups.container = false;
  }
  return options;
}

double measured(const model::Span& span, Measure measure) {
  switch (measure) {
    case Measure::kDuration:
      return span.end_ns <= span.request_start_ns
                 ? 0
                 : static_cast<double>(span.end_ns - span.request_start_ns) / 1e9;
    case Measure::kRequestBytes: return static_cast<double>(span.request_bytes);
    case Measure::kResponseBytes: return static_cast<double>(span.response_bytes);
    case Measure::kNone: break;
  }
  return 0;
}

/// Sorted by name, as the readers are.
model::Attributes attributes_of(const Series& series, const std::vector<AttributeReader>& readers) {
  if (series.overflow) return {{"otel.metric.overflow", "true"}};
  model::Attributes attributes;
  auto of_service = series.service_values.begin();
  std::string_view of_span = series.span_values;
  for (const auto& reader : readers) {
    const auto value = reader.is_of_service() ? *of_service++ : kept(ValueBytes::take(of_span));
    if (const auto* text = std::get_if<std::string>(&value)) {
      attributes.emplace_back(reader.name(), *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      attributes.emplace_back(reader.name(), *number);
    }
  }
  return attributes;
}

bool may_count(const model::Span& span) { return !span.ignore_metrics && span.service != nullptr; }

bool same_names(const std::vector<AttributeReader>& readers,
                const std::vector<std::string_view>& names) {
  return std::ranges::equal(readers, names, {}, &AttributeReader::name);
}

}  // namespace

Instant Instant::now() {
  const std::uint64_t monotonic_ns = base::monotonic_ns();
  return {monotonic_ns, monotonic_ns + static_cast<std::uint64_t>(base::wall_offset_ns())};
}

Aggregator::Aggregator(AggregatorOptions options, Instant now)
    : options_(completed(std::move(options))),
      reader_options_{.rename = options_.rename,
                      .omitted_as_empty = options_.dialect == Dialect::kPrometheus},
      services_(has_application_feature(options_.features)),
      period_start_unix_ns_(now.unix_ns) {
  const model::EventTypeSet selected = model::selected_types(options_.instrumentations);
  for (const auto& metric : span_metrics()) {
    const model::EventTypeSet types = metric.recorded_for & selected;
    if (!types.empty()) add_to_shapes(metric, types);
  }
  index_shapes();
}

void Aggregator::add_to_shapes(const MetricInfo& metric, model::EventTypeSet types) {
  const auto names =
      options_.selection.select(metric.name, known_attributes(metric, options_.groups));
  auto shape = std::ranges::find_if(shapes_, [&](const auto& candidate) {
    return candidate.types == types && candidate.method == metric.method &&
           same_names(candidate.attributes, names);
  });
  if (shape == shapes_.end()) {
    shape = shapes_.emplace(shapes_.end());
    shape->types = types;
    shape->method = metric.method;
    for (const auto name : names) shape->attributes.emplace_back(name, reader_options_);
  }
  shape->metrics.push_back(&metric);
}

void Aggregator::index_shapes() {
  for (const auto& info : model::kEventTypes) {
    for (auto& shape : shapes_) {
      if (shape.types.has(info.type))
        shapes_of_[static_cast<std::size_t>(info.type)].push_back(&shape);
    }
  }
}

const std::vector<double>& Aggregator::bounds(BucketKind kind) const {
  static const std::vector<double> kNoBounds;
  switch (kind) {
    case BucketKind::kDuration: return options_.buckets.duration;
    case BucketKind::kRequestSize: return options_.buckets.request_size;
    case BucketKind::kResponseSize: return options_.buckets.response_size;
    case BucketKind::kNone: break;
  }
  return kNoBounds;
}

HistogramOptions Aggregator::histogram_options(const MetricInfo& metric) const {
  return {.bounds = bounds(metric.buckets),
          .exponential = options_.exponential_histograms,
          .exponential_max_size = options_.exponential_max_size,
          .exponential_max_scale = options_.exponential_max_scale,
          .exemplars = options_.exemplar_filter != ExemplarFilter::kAlwaysOff};
}

bool Aggregator::record(const model::Span& span, Instant now) {
  const std::lock_guard lock(mutex_);
  if (!may_count(span)) return false;
  const auto wall_offset_ns = static_cast<std::int64_t>(now.unix_ns - now.monotonic_ns);
  return record_locked(span, services_.facts_of(span.service), now, wall_offset_ns);
}

std::size_t Aggregator::record(const model::SpanBatch& batch, Instant now) {
  const std::lock_guard lock(mutex_);
  std::size_t recorded = 0;
  ServiceFacts* facts = nullptr;
  for (const model::Span& span : batch.spans) {
    if (!may_count(span)) continue;
    if (facts == nullptr || facts->service != span.service) {
      facts = &services_.facts_of(span.service);
    }
    if (record_locked(span, *facts, now, batch.wall_offset_ns)) ++recorded;
  }
  return recorded;
}

bool Aggregator::record_locked(const model::Span& span, ServiceFacts& facts, Instant now,
                               std::int64_t wall_offset_ns) {
  if (!facts.wants_metrics) return false;

  std::optional<model::Exemplar> exemplar;
  if (wants_exemplar(span)) {
    exemplar = {.trace_id = span.trace_id,
                .span_id = span.span_id,
                .unix_ns = span.end_ns + static_cast<std::uint64_t>(wall_offset_ns)};
  }
  const auto* kept_exemplar = exemplar ? &*exemplar : nullptr;
  bool is_recorded = false;
  for (Shape* const shape : shapes_of_[static_cast<std::size_t>(span.type)]) {
    if (!shape->method.empty() && shape->method != span.method) continue;
    auto& series = series_for(*shape, span, facts, now);
    for (std::size_t i = 0; i < shape->metrics.size(); ++i) {
      series.histograms[i].add(measured(span, shape->metrics[i]->measure), kept_exemplar);
    }
    series.recorded_ns = now.monotonic_ns;
    series.changed = true;
    overflowed_spans_ += static_cast<std::uint64_t>(series.overflow && !is_recorded);
    is_recorded = true;
  }
  return is_recorded;
}

bool Aggregator::wants_exemplar(const model::Span& span) const {
  constexpr std::uint8_t kSampled = 1;
  if (options_.exemplar_filter == ExemplarFilter::kAlwaysOff || !span.trace_id.is_set())
    return false;
  return options_.exemplar_filter == ExemplarFilter::kAlwaysOn ||
         (span.trace_flags & kSampled) != 0;
}

// What the service brings to the keys of a shape; read once for all its spans.
const ServiceKey& Aggregator::service_key(Shape& shape, ServiceFacts& facts) {
  for (std::size_t i = facts.keys.size(); i < shapes_.size(); ++i) {
    std::vector<SeriesValue> values;
    for (const auto& attribute : shapes_[i].attributes) {
      if (!attribute.is_of_service()) continue;
      values.push_back(kept(attribute.read(facts, scratch_)));
    }
    facts.keys.push_back(shapes_[i].series.service_key(std::move(values)));
  }
  return facts.keys[static_cast<std::size_t>(&shape - shapes_.data())];
}

Series& Aggregator::series_for(Shape& shape, const model::Span& span, ServiceFacts& facts,
                               Instant now) {
  scratch_.reset();
  values_.clear();
  for (const auto& attribute : shape.attributes) {
    if (!attribute.is_of_service()) attribute.read(span, scratch_, values_);
  }
  const bool by_service = options_.dialect == Dialect::kOtlp;
  SeriesKey key{.group = by_service ? facts.group.get() : nullptr,
                .service = &service_key(shape, facts),
                .span_values = values_.view()};
  if (auto* series = shape.series.find(key)) return *series;
  if (series_count_ >= options_.max_series) {
    key = {.group = key.group, .overflow = true};
    if (auto* series = shape.series.find(key)) return *series;
  }
  return new_series(shape, key, facts, now);
}

Series& Aggregator::new_series(Shape& shape, const SeriesKey& key, const ServiceFacts& facts,
                               Instant now) {
  auto& series = shape.series.insert(key, key.group == nullptr ? nullptr : facts.group);
  series.histograms.reserve(shape.metrics.size());
  for (const auto* metric : shape.metrics) {
    series.histograms.emplace_back(histogram_options(*metric));
  }
  series.start_unix_ns = now.unix_ns;
  if (!key.overflow) ++series_count_;
  return series;
}

void Aggregator::on_service_added(const model::ServiceRef& service, Instant now) {
  const std::lock_guard lock(mutex_);
  services_.add_process(service, now.unix_ns);
}

void Aggregator::on_service_removed(const model::ServiceRef& service) {
  const std::lock_guard lock(mutex_);
  services_.remove_process(service);
}

void Aggregator::expire(Instant now) {
  const std::lock_guard lock(mutex_);
  expire_locked(now);
}

void Aggregator::expire_locked(Instant now) {
  const auto ttl_ns = static_cast<std::uint64_t>(options_.ttl.count());
  if (options_.ttl.count() > 0 && now.monotonic_ns > ttl_ns) {
    series_count_ = 0;
    for (auto& shape : shapes_) {
      shape.series.erase_idle(now.monotonic_ns - ttl_ns);
      shape.series.for_each(
          [&](const Series& series) { series_count_ += series.overflow ? 0 : 1; });
    }
  }
  services_.forget_unused();
}

std::vector<model::ServiceMetrics> Aggregator::snapshot(Instant now) {
  const std::lock_guard lock(mutex_);
  expire_locked(now);
  const bool is_delta = options_.temporality == Temporality::kDelta;
  SnapshotBuilder builder;
  for (auto& shape : shapes_) {
    shape.series.for_each([&](Series& series) {
      if (is_delta && !series.changed) return;
      add_points(builder, shape, series, now);
      series.changed = false;
    });
  }
  add_target_info(builder, now);
  period_start_unix_ns_ = now.unix_ns;
  return std::move(builder).finish();
}

void Aggregator::add_points(SnapshotBuilder& builder, Shape& shape, Series& series, Instant now) {
  const bool is_delta = options_.temporality == Temporality::kDelta;
  const auto attributes = attributes_of(series, shape.attributes);
  for (std::size_t i = 0; i < shape.metrics.size(); ++i) {
    auto& histogram = series.histograms[i];
    auto& metric = builder.metric_of(series.group.get(), *shape.metrics[i]);
    if (options_.exponential_histograms) {
      metric.type = model::MetricType::kExponentialHistogram;
    } else {
      metric.bounds = bounds(shape.metrics[i]->buckets);
    }
    auto& point = metric.points.emplace_back();
    point.attributes = attributes;
    point.start_unix_ns = is_delta ? period_start_unix_ns_ : series.start_unix_ns;
    point.unix_ns = now.unix_ns;
    histogram.write_to(point);
    if (is_delta) histogram.reset();
  }
}

void Aggregator::add_target_info(SnapshotBuilder& builder, Instant now) const {
  for (const auto& alive : services_.alive()) {
    auto& point = builder.metric_of(nullptr, target_info()).points.emplace_back();
    point.attributes =
        options_.dialect == Dialect::kPrometheus
            ? target_info_labels(*alive.service, options_.resource, options_.selection,
                                 options_.groups)
            : target_info_attributes(*alive.service, options_.resource, options_.selection);
    point.value = 1.0;
    point.start_unix_ns = alive.since_unix_ns;
    point.unix_ns = now.unix_ns;
  }
}

Aggregator::Stats Aggregator::stats() const {
  const std::lock_guard lock(mutex_);
  return {.series = series_count_, .overflowed_spans = overflowed_spans_};
}

}  // namespace obi::metrics
