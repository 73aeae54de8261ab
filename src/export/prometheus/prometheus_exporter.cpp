// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/prometheus_exporter.hpp"

#include <utility>
#include <vector>

#include "export/prometheus/page_writer.hpp"
#include "export/prometheus/text_format.hpp"

namespace obi::exporting {
namespace {

// A histogram is some twenty lines of 200 bytes: about 64 KiB.
constexpr std::size_t kPointsPerPiece = 16;

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
      memory_(options.aggregator.memory),
      aggregator_(std::move(options.shared)) {
  if (aggregator_ == nullptr) {
    aggregator_ = std::make_shared<metrics::Aggregator>(for_a_page(std::move(options.aggregator)));
  }
  (void)sources_.add(aggregator_);  // the first
}

void PrometheusExporter::consume(const model::BatchRef& batch) {
  const auto now = metrics::Instant::now();
  on_recorded(batch->spans.size(), aggregator_->record(*batch, now));
  expire_sometimes(now);
}

void PrometheusExporter::on_recorded(std::size_t consumed, std::size_t recorded) {
  account_.add(consumed, recorded);
}

void PrometheusExporter::tick() { expire_sometimes(metrics::Instant::now()); }

void PrometheusExporter::expire_sometimes(metrics::Instant now) {
  constexpr std::uint64_t kPeriodNs = 10'000'000'000;
  if (now.monotonic_ns - expired_ns_ < kPeriodNs) return;
  expired_ns_ = now.monotonic_ns;
  sources_.expire(now);
}

Exporter::Counts PrometheusExporter::counts() const { return account_.counts(); }

void PrometheusExporter::on_service_added(const model::ServiceRef& service) {
  aggregator_->on_service_added(service);
  const std::lock_guard lock(languages_mutex_);
  languages_.emplace(model::to_string(service->language));
}

void PrometheusExporter::on_service_removed(const model::ServiceRef& service) {
  aggregator_->on_service_removed(service);
}

std::string PrometheusExporter::build_info_text() {
  if (!build_info_) return {};
  FamilyBuilder builder("obi_build_info", "The agent's build, by language of what it instruments.",
                        prometheus::MetricType::Gauge);
  const std::lock_guard lock(languages_mutex_);
  for (const auto& language : languages_) {
    auto labels = build_labels(*build_info_);
    labels.emplace_back("target_lang", language);
    builder.add(labels, 1);
  }
  std::vector<prometheus::MetricFamily> families;
  families.push_back(std::move(builder).build());
  return to_text(std::move(families));
}

HttpPage PrometheusExporter::page() {
  const std::uint64_t ticket = account_.begin_snapshot();
  struct Reading {
    Reading(const metrics::MetricSources& from, model::MemoryAccount* account)
        : metrics(from.read(metrics::Dialect::kPrometheus, metrics::Instant::now())),
          memory(account, model::MemoryHolder::PageBuffers) {}
    std::unique_ptr<metrics::MetricReading> metrics;
    PageWriter writer;
    model::MemoryEntry memory;
  };
  auto reading = std::make_shared<Reading>(sources_, memory_);
  PageSource more = [reading](std::string& out) {
    const std::size_t before = out.size();
    while (out.size() == before) {
      const auto portion = reading->metrics->next(kPointsPerPiece, metrics::Instant::now());
      if (portion.empty()) return false;
      for (const auto& entry : portion) {
        for (const auto& metric : entry.metrics) reading->writer.add(metric, out);
      }
    }
    reading->memory.set(2 * (out.size() - before));  // the text, and the points that it is made of
    return true;
  };
  return {.body = build_info_text(), .more = std::move(more), .on_sent = [this, ticket] {
            account_.on_delivered(ticket);
          }};
}

}  // namespace obi::exporting
