// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/internal_metrics.hpp"

#include <cstddef>
#include <utility>

#include "export/prometheus/process_usage.hpp"
#include "export/prometheus/text_format.hpp"

namespace obi::exporting {
namespace {

using Families = std::vector<prometheus::MetricFamily>;
using prometheus::MetricType;

std::string_view kind_name(model::LedgerKind kind) {
  switch (kind) {
    case model::LedgerKind::Segment: return "segment";
    case model::LedgerKind::Request: return "request";
    case model::LedgerKind::Note: break;
  }
  return "note";
}

/// One family with a series for each of the source's rows; `labels_of` and `value_of` read a row.
template <typename Source, typename LabelsOf, typename ValueOf>
void add_rows(Families& families, FamilyBuilder builder, const Source& source, LabelsOf labels_of,
              ValueOf value_of) {
  if (!source) return;
  for (const auto& row : source()) {
    builder.add(labels_of(row), static_cast<double>(value_of(row)));
  }
  families.push_back(std::move(builder).build());
}

void add_ledger(Families& families, const model::Ledger& ledger) {
  FamilyBuilder builder(
      "obi_ledger_total",
      "Data seen, made, lost or left out, by reason. Of each kind the first row is what was "
      "seen, the others say what became of it; notes are in no sum.",
      MetricType::Counter);
  for (std::size_t i = 0; i < model::kReasons.size(); ++i) {
    const auto& reason = model::kReasons[i];
    builder.add(
        {{"kind", std::string(kind_name(reason.kind))}, {"reason", std::string(reason.name)}},
        static_cast<double>(ledger.get(static_cast<model::Reason>(i))));
  }
  families.push_back(std::move(builder).build());
}

void add_kernel_losses(Families& families, const InternalSources& sources) {
  if (!sources.kernel_losses) return;
  for (const auto& loss : sources.kernel_losses()) {
    FamilyBuilder builder("obi_kernel_" + label_name(loss.name) + "_total", loss.help,
                          MetricType::Counter);
    builder.add({}, static_cast<double>(loss.count));
    families.push_back(std::move(builder).build());
  }
}

void add_exporters(Families& families, const InternalSources& sources) {
  if (!sources.exporters) return;
  FamilyBuilder consumed("obi_exporter_consumed_spans_total", "Spans handed to an exporter.",
                         MetricType::Counter);
  FamilyBuilder outcomes(
      "obi_exporter_spans_total",
      "What became of the spans that an exporter consumed; exported: a receiver has "
      "them. The rest is held.",
      MetricType::Counter);
  FamilyBuilder held(
      "obi_exporter_held_spans",
      "Spans in the queue of an exporter, in its batches, requests and metrics, that "
      "no receiver has yet.",
      MetricType::Gauge);
  for (const auto& [name, counts] : sources.exporters()) {
    consumed.add({{"exporter", name}}, static_cast<double>(counts.consumed));
    outcomes.add({{"exporter", name}, {"outcome", "exported"}},
                 static_cast<double>(counts.exported));
    outcomes.add({{"exporter", name}, {"outcome", "not_wanted"}},
                 static_cast<double>(counts.not_wanted));
    outcomes.add({{"exporter", name}, {"outcome", "dropped"}}, static_cast<double>(counts.dropped));
    held.add({{"exporter", name}}, static_cast<double>(counts.held()));
  }
  families.push_back(std::move(consumed).build());
  families.push_back(std::move(outcomes).build());
  families.push_back(std::move(held).build());
}

void add_otlp(Families& families, const std::string& signal,
              const std::function<InternalSources::OtlpCounts()>& source) {
  if (!source) return;
  const auto counts = source();
  FamilyBuilder exports("obi_otel_" + signal + "_exports_total",
                        signal == "trace" ? "Spans sent over OTLP." : "Metrics sent over OTLP.",
                        MetricType::Counter);
  exports.add({}, static_cast<double>(counts.exports));
  FamilyBuilder errors("obi_otel_" + signal + "_export_errors_total",
                       "Failed OTLP requests, by error.", MetricType::Counter);
  for (const auto& [error, count] : counts.errors) {
    errors.add({{"error", error}}, static_cast<double>(count));
  }
  families.push_back(std::move(exports).build());
  families.push_back(std::move(errors).build());
}

void add_series(Families& families, const InternalSources& sources) {
  if (!sources.series) return;
  FamilyBuilder held("obi_metric_series",
                     "Sets of attribute values that an exporter's metrics have now.",
                     MetricType::Gauge);
  FamilyBuilder overflowed(
      "obi_metric_overflowed_spans_total",
      "Spans recorded under otel_metric_overflow, as there were too many series.",
      MetricType::Counter);
  FamilyBuilder evicted("obi_metric_evicted_series_total",
                        "Series that left before their ttl, for want of memory.",
                        MetricType::Counter);
  for (const auto& [exporter, stats] : sources.series()) {
    evicted.add({{"exporter", exporter}}, static_cast<double>(stats.evicted_series));
    held.add({{"exporter", exporter}}, static_cast<double>(stats.series));
    overflowed.add({{"exporter", exporter}}, static_cast<double>(stats.overflowed_spans));
  }
  families.push_back(std::move(held).build());
  families.push_back(std::move(overflowed).build());
  families.push_back(std::move(evicted).build());
}

void add_memory(Families& families, const model::MemoryAccount& memory) {
  FamilyBuilder held("obi_memory_held_bytes", "Bytes that each part of the agent holds, about.",
                     MetricType::Gauge);
  FamilyBuilder share("obi_memory_share_bytes",
                      "Bytes above which a part gives way once all together are above the budget.",
                      MetricType::Gauge);
  FamilyBuilder given_back("obi_memory_given_back_bytes_total",
                           "Bytes that a part gave back for want of memory.", MetricType::Counter);
  for (std::size_t i = 0; i < model::kMemoryHolders.size(); ++i) {
    const auto holder = static_cast<model::MemoryHolder>(i);
    const FamilyBuilder::Labels labels = {{"holder", std::string(model::kMemoryHolders[i].name)}};
    held.add(labels, static_cast<double>(memory.held(holder)));
    share.add(labels, static_cast<double>(memory.share(holder)));
    given_back.add(labels, static_cast<double>(memory.given_back(holder)));
  }
  families.push_back(std::move(held).build());
  families.push_back(std::move(share).build());
  families.push_back(std::move(given_back).build());
}

void add_discovery(Families& families, const InternalSources& sources) {
  using Sources = InternalSources;
  add_rows(
      families,
      {"obi_instrumented_processes", "Processes that are instrumented now.", MetricType::Gauge},
      sources.instrumented_processes,
      [](const Sources::ProcessCount& row) {
        return FamilyBuilder::Labels{{"process_name", row.process_name}};
      },
      [](const Sources::ProcessCount& row) { return row.count; });
  add_rows(
      families,
      {"obi_tls_unseen_connections_total",
       "Connections with TLS whose plaintext no source delivers.", MetricType::Counter},
      sources.tls_unseen,
      [](const Sources::ProcessCount& row) {
        return FamilyBuilder::Labels{{"process_name", row.process_name}};
      },
      [](const Sources::ProcessCount& row) { return row.count; });
  add_rows(
      families,
      {"obi_instrumentation_errors_total", "Failed attempts to instrument a process.",
       MetricType::Counter},
      sources.instrumentation_errors,
      [](const Sources::InstrumentationError& row) {
        return FamilyBuilder::Labels{{"error_type", row.error_type},
                                     {"process_name", row.process_name}};
      },
      [](const Sources::InstrumentationError& row) { return row.count; });
  add_rows(
      families,
      {"obi_avoided_services", "Services left alone because they report OpenTelemetry themselves.",
       MetricType::Gauge},
      sources.avoided_services,
      [](const Sources::AvoidedService& row) {
        return FamilyBuilder::Labels{{"otel_metric_overflow", row.overflow ? "true" : "false"},
                                     {"service_name", row.service_name},
                                     {"service_namespace", row.service_namespace},
                                     {"telemetry_type", row.telemetry_type}};
      },
      [](const Sources::AvoidedService&) { return 1; });
}

void add_plumbing(Families& families, const InternalSources& sources) {
  add_rows(
      families,
      {"obi_queue_capacity_ratio", "How full a queue of the pipeline is, 0 to 1.",
       MetricType::Gauge},
      sources.queues,
      [](const InternalSources::QueueFill& row) {
        return FamilyBuilder::Labels{{"subscriber", row.subscriber}};
      },
      [](const InternalSources::QueueFill& row) {
        return row.capacity == 0
                   ? 0.0
                   : static_cast<double>(row.size) / static_cast<double>(row.capacity);
      });
  add_rows(
      families,
      {"obi_prometheus_http_requests_total", "Scrapes answered, by port and path.",
       MetricType::Counter},
      sources.http_requests,
      [](const HttpListener::PathRequests& row) {
        return FamilyBuilder::Labels{{"path", row.path}, {"port", std::to_string(row.port)}};
      },
      [](const HttpListener::PathRequests& row) { return row.requests; });
}

void add_number(Families& families, FamilyBuilder builder, double value) {
  builder.add({}, value);
  families.push_back(std::move(builder).build());
}

void add_process(Families& families) {
  const auto usage = read_process_usage();
  add_number(
      families,
      {"process_cpu_seconds_total", "CPU time of the agent, user and system.", MetricType::Counter},
      usage.cpu_seconds);
  add_number(families,
             {"process_resident_memory_bytes", "Resident memory of the agent.", MetricType::Gauge},
             static_cast<double>(usage.resident_bytes));
  add_number(families,
             {"process_virtual_memory_bytes", "Virtual memory of the agent.", MetricType::Gauge},
             static_cast<double>(usage.virtual_bytes));
  add_number(families,
             {"process_open_fds", "Open file descriptors of the agent.", MetricType::Gauge},
             static_cast<double>(usage.open_fds));
  add_number(families, {"process_threads", "Threads of the agent.", MetricType::Gauge},
             static_cast<double>(usage.threads));
}

}  // namespace

HttpPage internal_metrics_page(const InternalSources& sources) {
  Families families;
  if (sources.ledger != nullptr) add_ledger(families, *sources.ledger);
  add_kernel_losses(families, sources);
  add_exporters(families, sources);
  add_otlp(families, "trace", sources.otlp_traces);
  add_otlp(families, "metric", sources.otlp_metrics);
  add_series(families, sources);
  if (sources.memory != nullptr) add_memory(families, *sources.memory);
  add_discovery(families, sources);
  add_plumbing(families, sources);
  add_process(families);
  FamilyBuilder build("obi_internal_build_info", "The agent's build.", MetricType::Gauge);
  build.add(build_labels(sources.build), 1);
  families.push_back(std::move(build).build());
  return {.body = to_text(std::move(families))};
}

}  // namespace obi::exporting
