// SPDX-License-Identifier: Apache-2.0
// From the configuration to the option structs of the parts. The only place that names both.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "capture/tracer.hpp"
#include "config/config.hpp"
#include "config/discovery.hpp"
#include "discover/service_naming.hpp"
#include "export/otlp/options.hpp"
#include "export/printer/trace_printer.hpp"
#include "metrics/aggregator.hpp"
#include "model/query_redaction.hpp"
#include "pipeline/attributes_filter/attributes_filter.hpp"
#include "pipeline/batch/span_batcher.hpp"
#include "pipeline/name_resolver/dns_resolver.hpp"
#include "pipeline/routes/routes.hpp"
#include "pipeline/track/connection_tracker.hpp"
#include "swarm/queue.hpp"

namespace obi::app {

struct PrometheusPage {
  std::uint16_t port = 0;  ///< 0 = off
  std::string path;
  bool build_info = true;
};

struct QueueSettings {
  std::size_t capacity = 50;
  std::chrono::milliseconds send_timeout{60'000};
  swarm::WhenFull when_full = swarm::WhenFull::kWait;
  const model::MemoryAccount* memory = nullptr;  ///< whose queues become short above their share
};

struct NameResolverOptions {
  std::optional<pipeline::DnsResolverOptions> dns;  ///< empty = no reverse look-ups
};

/// Everything that the graph is built from.
struct AgentOptions {
  config::Discovery discovery;
  discover::HostOptions host;
  capture::TracerOptions tracer;
  pipeline::ConnectionTrackerOptions connection_tracker;
  pipeline::SpanBatcherOptions span_batcher;
  std::optional<pipeline::RoutesOptions> routes;  ///< empty = stage off
  std::optional<NameResolverOptions> name_resolver;
  pipeline::AttributesFilterOptions filter;
  bool has_filter = false;
  std::optional<exporting::PrintForm> printer;
  PrometheusPage prometheus;
  metrics::AggregatorOptions prometheus_metrics;
  PrometheusPage internal;
  std::optional<exporting::OtlpTracesOptions> otlp_traces;
  std::optional<exporting::OtlpMetricsOptions> otlp_metrics;
  metrics::AggregatorOptions otlp_aggregation;
  QueueSettings queue;
  std::chrono::nanoseconds shutdown_timeout{};
  std::size_t max_memory = 0;  ///< bytes that may be resident; 0 = no ceiling
  bool enforce_capabilities = false;
};

/// The agent's own log.
struct LogOptions {
  std::string level;
  base::LogFormat format = base::LogFormat::kText;
  std::string config_form;  ///< yaml or json: the configuration is printed at start; else empty
};

/// `config` is without mistakes.
LogOptions log_options(const config::Config& config);
/// The part that capture needs; `config` is without mistakes.
capture::TracerOptions tracer_options(const config::Config& config);
/// Mistakes and warnings are appended, a line each. With mistakes the options must not be used.
AgentOptions read_options(const config::Config& config, std::vector<std::string>& mistakes,
                          std::vector<std::string>& warnings);

}  // namespace obi::app
