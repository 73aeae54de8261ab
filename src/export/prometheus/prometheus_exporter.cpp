// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/prometheus_exporter.hpp"

#include <utility>
#include <vector>

#include "export/prometheus/text_format.hpp"

namespace obi::exporting {
namespace {

metrics::AggregatorOptions for_a_page(metrics::AggregatorOptions options) {
  options.dialect = metrics::Dialect::kPrometheus;
  options.temporality = metrics::Temporality::kCumulative;
  options.exponential_histograms = false;
  options.exemplar_filter = metrics::ExemplarFilter::kAlwaysOff;  // the text format has none
  return options;
}

}  // namespace

PrometheusExporter::PrometheusExporter(PrometheusExporterOptions options)
    : build_info_(std::move(options.build_info)),
      aggregator_(for_a_page(std::move(options.aggregator))) {}

void PrometheusExporter::consume(const model::BatchRef& batch) {
  const auto now = metrics::Instant::now();
  const std::size_t recorded = aggregator_.record(*batch, now);
  account_.add(batch->spans.size(), recorded);
  expire_sometimes(now);
}

void PrometheusExporter::tick() { expire_sometimes(metrics::Instant::now()); }

void PrometheusExporter::expire_sometimes(metrics::Instant now) {
  constexpr std::uint64_t kPeriod_ns = 10'000'000'000;
  if (now.monotonic_ns - expired_ns_ < kPeriod_ns) return;
  expired_ns_ = now.monotonic_ns;
  aggregator_.expire(now);
}

Exporter::Counts PrometheusExporter::counts() const { return account_.counts(); }

void PrometheusExporter::on_service_added(const model::ServiceRef& service) {
  aggregator_.on_service_added(service);
  const std::lock_guard lock(languages_mutex_);
  languages_.emplace(model::to_string(service->language));
}

void PrometheusExporter::on_service_removed(const model::ServiceRef& service) {
  aggregator_.on_service_removed(service);
}

HttpPage PrometheusExporter::page() {
  const std::uint64_t ticket = account_.begin_snapshot();
  std::vector<prometheus::MetricFamily> families;
  for (const auto& service : aggregator_.snapshot(metrics::Instant::now())) {
    for (const auto& metric : service.metrics) families.push_back(to_family(metric));
  }
  if (build_info_) {
    FamilyBuilder builder("obi_build_info",
                          "The agent's build, by language of what it instruments.",
                          prometheus::MetricType::Gauge);
    const std::lock_guard lock(languages_mutex_);
    for (const auto& language : languages_) {
      auto labels = build_labels(*build_info_);
      labels.emplace_back("target_lang", language);
      builder.add(labels, 1);
    }
    families.push_back(std::move(builder).build());
  }
  return {.body = to_text(std::move(families)),
          .on_sent = [this, ticket] { account_.on_delivered(ticket); }};
}

}  // namespace obi::exporting
