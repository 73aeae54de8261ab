// SPDX-License-Identifier: Apache-2.0
#include "app/exporters.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "app/version.hpp"
#include "export/printer/trace_printer.hpp"

namespace obi::app {
swarm::QueueOptions queue_options(std::string name, const QueueSettings& settings) {
  return {.name = std::move(name),
          .capacity = settings.capacity,
          .send_timeout = settings.send_timeout,
          .when_full = settings.when_full,
          .on_timeout =
              [](const std::string& queue) {
                spdlog::warn(
                    "queue={} has been full for the whole send time-out: what reads it is stuck",
                    queue);
              },
          .is_tight =
              [memory = settings.memory] {
                return memory != nullptr && memory->excess(model::MemoryHolder::Queues) > 0;
              }};
}

template <typename T>
T* Exporters::add(std::unique_ptr<T> exporter, const QueueSettings& queue) {
  T* raw = exporter.get();
  rows_.push_back(
      {.exporter = std::move(exporter),
       .queue = std::make_unique<BatchQueue>(queue_options(std::string(raw->name()), queue))});
  return raw;
}

Exporters::Exporters(const AgentOptions& options) {
  if (options.otlp_traces) {
    otlp_traces_ =
        add(std::make_unique<exporting::OtlpTracesExporter>(*options.otlp_traces), options.queue);
  }
  if (options.otlp_metrics) {
    otlp_metrics_ = add(std::make_unique<exporting::OtlpMetricsExporter>(*options.otlp_metrics,
                                                                         options.otlp_aggregation),
                        options.queue);
  }
  if (options.prometheus.port != 0) {
    exporting::PrometheusExporterOptions prometheus;
    prometheus.aggregator = options.prometheus_metrics;
    const bool shares = otlp_metrics_ != nullptr && options.otlp_aggregation.serves_page;
    if (shares) {
      prometheus.shared = otlp_metrics_->share([this](std::size_t consumed, std::size_t recorded) {
        prometheus_->on_recorded(consumed, recorded);
      });
    }
    prometheus.build_info.reset();
    if (options.prometheus.build_info)
      prometheus.build_info = exporting::BuildInfo{.version = kVersion};
    prometheus_ =
        add(std::make_unique<exporting::PrometheusExporter>(std::move(prometheus)), options.queue);
    if (shares) rows_.back().queue = nullptr;
  }
  if (options.printer) {
    add(std::make_unique<exporting::TracePrinter>(
            exporting::TracePrinterOptions{.form = *options.printer}),
        options.queue);
  }
}

exporting::HttpListener& Exporters::listener(std::uint16_t port, const std::string& key) {
  const auto found = std::ranges::find(listeners_, port, &Listening::port);
  if (found != listeners_.end()) return *found->listener;
  listeners_.push_back({.port = port,
                        .listener = std::make_unique<exporting::HttpListener>(
                            exporting::HttpListener::Options{.port = port, .port_key = key})});
  return *listeners_.back().listener;
}

base::Result<void> Exporters::listen(const AgentOptions& options,
                                     exporting::InternalSources internal) {
  if (prometheus_ != nullptr) {
    listener(options.prometheus.port, "prometheus_export.port")
        .mount(options.prometheus.path, [this] { return prometheus_->page(); });
  }
  if (options.internal.port != 0) {
    internal.http_requests = [this] {
      std::vector<exporting::HttpListener::PathRequests> all;
      for (const Listening& row : listeners_)
        std::ranges::copy(row.listener->requests(), std::back_inserter(all));
      return all;
    };
    listener(options.internal.port, "internal_metrics.prometheus.port")
        .mount(options.internal.path,
               [internal = std::move(internal)] { return internal_metrics_page(internal); });
  }
  for (Listening& row : listeners_) {
    if (auto started = row.listener->start(); !started) return started;
  }
  return {};
}

void Exporters::stop_listening() {
  for (Listening& row : listeners_) row.listener->stop();
  if (prometheus_ != nullptr) prometheus_->close();
}

void Exporters::add_nodes(swarm::Runner& runner, std::chrono::nanoseconds shutdown_timeout) {
  for (const Row& row : rows_) {
    if (row.queue == nullptr) continue;
    exporting::Exporter* exporter = row.exporter.get();
    BatchQueue* queue = row.queue.get();
    runner.add({.name = std::string(exporter->name()),
                .run = [exporter, queue, shutdown_timeout](std::stop_token) {
                  const auto interval = exporter->tick_interval();
                  while (!queue->is_drained()) {
                    if (const auto batch =
                            queue->receive_until(std::chrono::steady_clock::now() + interval)) {
                      exporter->consume(*batch);
                    } else {
                      exporter->tick();
                    }
                  }
                  exporter->shutdown(std::chrono::steady_clock::now() + shutdown_timeout);
                }});
  }
}

void Exporters::send_to_all(const model::BatchRef& batch) {
  const std::uint64_t count = batch->spans.size();
  bool metrics_taken = true;
  for (Row& row : rows_) {
    row.handed->fetch_add(count, std::memory_order_relaxed);
    // Who reads another's metrics comes behind it, and has what that one has.
    const bool taken =
        row.queue == nullptr ? metrics_taken : row.queue->send(model::BatchRef(batch));
    if (!taken) row.refused->fetch_add(count, std::memory_order_relaxed);
    if (row.exporter.get() == otlp_metrics_) metrics_taken = taken;
  }
}

void Exporters::close_queues() {
  for (Row& row : rows_) {
    if (row.queue != nullptr) row.queue->close();
  }
}

void Exporters::on_service(const model::ServiceRef& service, bool added) {
  if (prometheus_ != nullptr)
    added ? prometheus_->on_service_added(service) : prometheus_->on_service_removed(service);
  if (otlp_metrics_ != nullptr)
    added ? otlp_metrics_->on_service_added(service) : otlp_metrics_->on_service_removed(service);
}

std::vector<exporting::InternalSources::ExporterState> Exporters::states() const {
  std::vector<exporting::InternalSources::ExporterState> states;
  for (const Row& row : rows_) {
    auto counts = row.exporter->counts();
    counts.dropped += row.refused->load(std::memory_order_relaxed);
    // Last, so that what moves on meanwhile is never more than what was handed over. What waits in
    // the queue is held.
    counts.consumed = row.handed->load(std::memory_order_relaxed);
    states.push_back({.name = std::string(row.exporter->name()), .counts = counts});
  }
  return states;
}

void Exporters::fill(exporting::InternalSources& sources) const {
  sources.exporters = [this] { return states(); };
  const auto otlp_counts = [](const exporting::otlp::Sender::Counts& counts) {
    exporting::InternalSources::OtlpCounts result{.exports = counts.delivered, .errors = {}};
    result.errors.push_back({.error = "delivery", .count = counts.errors});
    return result;
  };
  if (otlp_traces_ != nullptr)
    sources.otlp_traces = [this, otlp_counts] {
      return otlp_counts(otlp_traces_->sender_counts());
    };
  if (otlp_metrics_ != nullptr)
    sources.otlp_metrics = [this, otlp_counts] {
      return otlp_counts(otlp_metrics_->sender_counts());
    };
  sources.series = [this] {
    std::vector<exporting::InternalSources::SeriesState> series;
    if (prometheus_ != nullptr)
      series.push_back({.exporter = "prometheus", .stats = prometheus_->stats()});
    if (otlp_metrics_ != nullptr)
      series.push_back({.exporter = "otlp_metrics", .stats = otlp_metrics_->stats()});
    return series;
  };
}

}  // namespace obi::app
