// SPDX-License-Identifier: Apache-2.0
#include "metrics/aggregator.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "metrics/collection.hpp"

namespace obi::metrics {
namespace {

constexpr std::uint8_t kEveryView = bit_of(Dialect::kOtlp) | bit_of(Dialect::kPrometheus);

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

bool may_count(const model::Span& span) { return !span.ignore_metrics && span.service != nullptr; }

bool same_names(const std::vector<AttributeReader>& readers,
                const std::vector<std::string_view>& names) {
  return std::ranges::equal(readers, names, {}, &AttributeReader::name);
}

std::vector<std::string_view> names_of(const AggregatorOptions& options, const MetricInfo& metric,
                                       bool on_a_page) {
  ActiveGroups groups = options.groups;
  groups.prometheus = on_a_page;
  return options.selection.select(metric.name, known_attributes(metric, groups));
}

bool is_of_span(std::string_view name) { return !AttributeReader(name, {}).is_of_service(); }

/// Whether the labels of a page distinguish one service's series from another's.
bool distinguish_services(const std::vector<std::string_view>& names) {
  return std::ranges::all_of(
      std::array<std::string_view, 3>{"instance", "service.name", "service.namespace"},
      [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); });
}

}  // namespace

bool can_share(const AggregatorOptions& otlp, const AggregatorOptions& page) {
  if (otlp.exponential_histograms || otlp.ttl != page.ttl || otlp.features != page.features ||
      completed(otlp).buckets != completed(page).buckets ||
      otlp.instrumentations != page.instrumentations || page.groups.kubernetes ||
      page.groups.container)
    return false;
  const AggregatorOptions first = completed(otlp);
  return std::ranges::all_of(first.metrics, [&](const MetricInfo& metric) {
    auto names = names_of(first, metric, false);
    auto labels = names_of(page, metric, true);
    if (!distinguish_services(labels)) return false;
    std::erase_if(names, [](std::string_view name) { return !is_of_span(name); });
    std::erase_if(labels, [](std::string_view name) { return !is_of_span(name); });
    return names == labels;
  });
}

Aggregator::Aggregator(AggregatorOptions options, Instant now)
    : options_(completed(std::move(options))),
      reader_options_{.omitted_as_empty = options_.dialect == Dialect::kPrometheus},
      services_(has_application_feature(options_.features)),
      period_start_unix_ns_(now.unix_ns),
      memory_(options_.memory, model::MemoryHolder::Series),
      services_memory_(options_.memory, model::MemoryHolder::Services) {
  const model::EventTypeSet selected = model::selected_types(options_.instrumentations);
  for (const auto& metric : options_.metrics) {
    const model::EventTypeSet types = metric.recorded_for & selected;
    if (!types.empty()) add_to_shapes(metric, types);
  }
  index_shapes();
}

void Aggregator::add_to_shapes(const MetricInfo& metric, model::EventTypeSet types) {
  const bool is_page = options_.dialect == Dialect::kPrometheus;
  const auto names = names_of(options_, metric, is_page);
  const auto labels = options_.serves_page ? names_of(options_, metric, true) : decltype(names){};
  auto shape = std::ranges::find_if(shapes_, [&](const auto& candidate) {
    return candidate.types == types && candidate.method == metric.method &&
           same_names(candidate.attributes, names) && same_names(candidate.page_attributes, labels);
  });
  if (shape == shapes_.end()) {
    shape = shapes_.emplace(shapes_.end());
    shape->types = types;
    shape->method = metric.method;
    shape->by_service = !is_page || distinguish_services(names);
    for (const auto name : names) shape->attributes.emplace_back(name, reader_options_);
    std::ranges::copy_if(shape->attributes, std::back_inserter(shape->of_span),
                         [](const auto& attribute) { return !attribute.is_of_service(); });
    for (const auto name : labels) shape->page_attributes.emplace_back(name, page_reader_options_);
  }
  shape->metrics.push_back(&metric);
  shape->has_up_down_counters |= metric.type == model::MetricType::kUpDownCounter;
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

InstrumentOptions Aggregator::instrument_options(const MetricInfo& metric) const {
  return {.type = metric.type,
          .integer = metric.integer,
          .histogram = {.bounds = bounds(metric.buckets),
                        .exponential = options_.exponential_histograms,
                        .exponential_max_size = options_.exponential_max_size,
                        .exponential_max_scale = options_.exponential_max_scale,
                        .exemplars = options_.exemplar_filter != ExemplarFilter::kAlwaysOff}};
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
  const std::uint8_t fresh = options_.serves_page ? kEveryView : bit_of(options_.dialect);
  for (Shape* const shape : shapes_of_[static_cast<std::size_t>(span.type)]) {
    if (!shape->method.empty() && shape->method != span.method) continue;
    auto& series = series_for(*shape, span, facts, now);
    for (std::size_t i = 0; i < shape->metrics.size(); ++i) {
      series.instruments[i].add(measured(span, shape->metrics[i]->measure), kept_exemplar);
    }
    series.recorded_ns = now.monotonic_ns;
    series.fresh = fresh;
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
      values.push_back(kept(attribute.read(*facts.service, scratch_)));
    }
    facts.keys.push_back(shapes_[i].series.service_key(std::move(values)));
  }
  return facts.keys[static_cast<std::size_t>(&shape - shapes_.data())];
}

Series& Aggregator::series_for(Shape& shape, const model::Span& span, ServiceFacts& facts,
                               Instant now) {
  scratch_.reset();
  values_.clear();
  const model::AttributeSource source{
      .span = span, .scratch = scratch_, .query = span.query, .rename = &options_.rename};
  for (const auto& attribute : shape.of_span) attribute.read(source, values_);
  const SeriesKey key{.group = shape.by_service ? facts.group.get() : nullptr,
                      .service = shape.by_service ? nullptr : &service_key(shape, facts),
                      .span_values = values_.view()};
  if (auto* series = shape.series.find(key)) return *series;
  return new_series(shape, key, facts, now);
}

std::vector<MetricName> Aggregator::describe() const {
  std::vector<MetricName> names = {
      {std::string(target_info().name), std::string(target_info().prometheus_name)}};
  for (const MetricInfo& metric : options_.metrics)
    names.push_back({std::string(metric.name), std::string(metric.prometheus_name)});
  return names;
}

void Aggregator::on_service_added(const model::ServiceRef& service, Instant now) {
  const std::lock_guard lock(mutex_);
  services_.add_process(service, now.unix_ns);
}

void Aggregator::on_service_removed(const model::ServiceRef& service) {
  const std::lock_guard lock(mutex_);
  services_.remove_process(service);
}

Aggregator::Stats Aggregator::stats() const {
  const std::lock_guard lock(mutex_);
  return {.series = series_count_,
          .overflowed_spans = overflowed_spans_,
          .evicted_series = evicted_series_};
}

}  // namespace obi::metrics
