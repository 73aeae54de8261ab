// SPDX-License-Identifier: Apache-2.0
// The agent's own metrics, as a page (internal_metrics.exporter: prometheus). Everything is read on
// a scrape: the page keeps no state and costs nothing in between. Thread-safe if the sources are.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "export/exporter.hpp"
#include "export/http/http_listener.hpp"
#include "export/prometheus/build_info.hpp"
#include "metrics/aggregator.hpp"
#include "model/ledger.hpp"
#include "model/memory_account.hpp"

namespace obi::exporting {

/// Where the page's numbers come from; app fills it. A source that is not set yields no series.
/// Each is called once per page, by a listener's thread.
struct InternalSources {
  struct Loss {
    std::string name;  ///< becomes obi_kernel_<name>_total
    std::string help;
    std::uint64_t count = 0;
  };
  struct ExporterState {
    std::string name;
    Exporter::Counts counts;
  };
  struct QueueFill {
    std::string subscriber;
    std::size_t size = 0;
    std::size_t capacity = 0;
  };
  struct ErrorCount {
    std::string error;  ///< what failed, of a small fixed vocabulary
    std::uint64_t count = 0;
  };
  struct OtlpCounts {
    std::uint64_t exports = 0;  ///< spans, or metrics, after they were really sent
    std::vector<ErrorCount> errors;
  };
  struct ProcessCount {
    std::string process_name;
    std::uint64_t count = 0;
  };
  struct InstrumentationError {
    std::string process_name;
    std::string error_type;
    std::uint64_t count = 0;
  };
  struct SeriesState {
    std::string exporter;
    metrics::Aggregator::Stats stats;
  };
  struct AvoidedService {
    std::string service_name;
    std::string service_namespace;
    std::string telemetry_type;  ///< metrics or traces
    bool overflow = false;       ///< stands for all services beyond avoided_services.limit
  };

  BuildInfo build;
  const model::Ledger* ledger = nullptr;         ///< must outlive the page
  const model::MemoryAccount* memory = nullptr;  ///< likewise
  std::function<std::vector<Loss>()> kernel_losses;
  std::function<std::vector<ExporterState>()> exporters;
  std::function<std::vector<QueueFill>()> queues;
  std::function<OtlpCounts()> otlp_traces;
  std::function<OtlpCounts()> otlp_metrics;
  std::function<std::vector<HttpListener::PathRequests>()> http_requests;
  std::function<std::vector<ProcessCount>()> instrumented_processes;
  std::function<std::vector<ProcessCount>()> tls_unseen;  ///< of a bounded number of names
  std::function<std::vector<InstrumentationError>()> instrumentation_errors;
  std::function<std::vector<SeriesState>()> series;
  std::function<std::vector<AvoidedService>()> avoided_services;
};

/// The page now; mount it on a listener.
HttpPage internal_metrics_page(const InternalSources& sources);

}  // namespace obi::exporting
