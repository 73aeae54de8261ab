// SPDX-License-Identifier: Apache-2.0
// The exporters that are configured, each with its queue and its thread, and the pages that they
// serve.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "base/result.hpp"
#include "export/exporter.hpp"
#include "export/http/http_listener.hpp"
#include "export/otlp/metrics_exporter.hpp"
#include "export/otlp/traces_exporter.hpp"
#include "export/prometheus/internal_metrics.hpp"
#include "export/prometheus/prometheus_exporter.hpp"
#include "model/batch_ref.hpp"
#include "swarm/queue.hpp"
#include "swarm/runner.hpp"

namespace obi::app {

using BatchQueue = swarm::Queue<model::BatchRef>;

class Exporters {
 public:
  explicit Exporters(const AgentOptions& options);

  /// Binds the ports; `internal` feeds the internal page, if one is configured.
  base::Result<void> listen(const AgentOptions& options, exporting::InternalSources internal);
  void stop_listening();
  /// One node per exporter, behind the node that calls `send_to_all`.
  void add_nodes(swarm::Runner& runner, std::chrono::nanoseconds shutdown_timeout);
  void send_to_all(const model::BatchRef& batch);
  void close_queues();

  void on_service(const model::ServiceRef& service, bool added);
  void fill(exporting::InternalSources& sources) const;
  [[nodiscard]] std::vector<exporting::InternalSources::ExporterState> states() const;

 private:
  struct Row {
    std::unique_ptr<exporting::Exporter> exporter;
    std::unique_ptr<BatchQueue> queue;  // none: it reads what otlp_metrics_ records
    // Written by the thread that calls send_to_all: spans for this exporter, and those of them that
    // its queue did not take.
    std::unique_ptr<std::atomic<std::uint64_t>> handed =
        std::make_unique<std::atomic<std::uint64_t>>(0);
    std::unique_ptr<std::atomic<std::uint64_t>> refused =
        std::make_unique<std::atomic<std::uint64_t>>(0);
  };
  template <typename T>
  T* add(std::unique_ptr<T> exporter, const QueueSettings& queue);
  exporting::HttpListener& listener(std::uint16_t port, const std::string& key);

  std::vector<Row> rows_;
  exporting::PrometheusExporter* prometheus_ = nullptr;
  exporting::OtlpTracesExporter* otlp_traces_ = nullptr;
  exporting::OtlpMetricsExporter* otlp_metrics_ = nullptr;
  struct Listening {
    std::uint16_t port = 0;
    std::unique_ptr<exporting::HttpListener> listener;
  };
  std::vector<Listening> listeners_;  // destroyed first: their pages use the exporters
};

/// Settings of a queue, with a log line when it stays full.
swarm::QueueOptions queue_options(std::string name, const QueueSettings& settings);

}  // namespace obi::app
