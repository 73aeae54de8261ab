// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <bit>

#include "app/exporter_options.hpp"
#include "config/keys_agent.hpp"
#include "config/keys_attribute.hpp"
#include "config/keys_ebpf.hpp"
#include "config/keys_otlp_traces.hpp"
#include "config/keys_pipeline.hpp"
#include "config/keys_prometheus.hpp"
#include "protocol/dns/options.hpp"
#include "protocol/http1/options.hpp"
#include "protocol/kafka/options.hpp"
#include "protocol/mongo/options.hpp"
#include "protocol/mssql/options.hpp"
#include "protocol/mysql/options.hpp"
#include "protocol/postgres/options.hpp"
#include "protocol/redis/options.hpp"
#include "protocol/sql/options.hpp"

namespace obi::app {
namespace {

using config::Config;
namespace key = config::key;

// A record of a typical request or response head; wakeup_len counts messages, the ring counts
// bytes.
constexpr std::size_t kTypicalRecordBytes = 256;

struct Mistakes {
  std::vector<std::string>& lines;
  void add(std::string_view path, std::string_view what) {
    lines.push_back(fmt::format("{}: {}", path, what));
  }
};

protocol::ProtocolOptions protocol_options(const Config& config) {
  const auto ns = [&](const config::DurationKey& key) {
    return static_cast<std::uint64_t>(config.get(key).count());
  };
  const auto count = [&](const config::IntegerKey& key) {
    return static_cast<std::size_t>(config.get(key));
  };
  protocol::ProtocolOptions options;
  options.set(protocol::http1::Options{.request_timeout_ns = ns(key::kHttpRequestTimeout),
                                       .known_methods = config.get(key::kHttpKnownMethods)});
  options.set(protocol::dns::Options{.timeout_ns = ns(key::kDnsRequestTimeout)});
  options.set(protocol::sql::Options{.heuristic = config.get(key::kHeuristicSqlDetect)});
  options.set(protocol::redis::Options{.reports_database = config.get(key::kRedisDatabase)});
  options.set(
      protocol::postgres::Options{.statements = count(key::kPostgresPreparedStatementsCacheSize)});
  options.set(
      protocol::mysql::Options{.statements = count(key::kMysqlPreparedStatementsCacheSize)});
  options.set(
      protocol::mssql::Options{.statements = count(key::kMssqlPreparedStatementsCacheSize)});
  options.set(protocol::kafka::Options{.topics = count(key::kKafkaTopicUuidCacheSize)});
  options.set(protocol::mongo::Options{.requests = count(key::kMongoRequestsCacheSize)});
  return options;
}

pipeline::ConnectionTrackerOptions connection_tracker_options(const Config& config) {
  pipeline::ConnectionTrackerOptions options;
  options.max_connections = per_memory(config, options.max_connections);
  options.protocols = protocol_options(config);
  return options;
}

pipeline::SpanBatcherOptions span_batcher_options(const Config& config) {
  return {.length = static_cast<std::size_t>(config.get(key::kBatchLength)),
          .timeout = config.get(key::kBatchTimeout)};
}

std::optional<pipeline::RoutesOptions> routes_options(const Config& config) {
  if (config.is_switched_off(key::kRoutesSection)) return std::nullopt;
  pipeline::RoutesOptions options;
  const std::string& unmatched = config.get(key::kUnmatchedRoute);
  using pipeline::Unmatched;
  options.unmatched = unmatched == "unset"             ? Unmatched::kUnset
                      : unmatched == "path"            ? Unmatched::kPath
                      : unmatched == "heuristic"       ? Unmatched::kHeuristic
                      : unmatched == "low-cardinality" ? Unmatched::kLowCardinality
                                                       : Unmatched::kWildcard;
  options.patterns = config.get(key::kRoutePatterns);
  options.ignored_patterns = config.get(key::kIgnoredRoutePatterns);
  const std::string& mode = config.get(key::kRouteIgnoreMode);
  options.ignore_mode = mode == "metrics"  ? pipeline::IgnoreMode::kMetrics
                        : mode == "traces" ? pipeline::IgnoreMode::kTraces
                                           : pipeline::IgnoreMode::kAll;
  const std::string& wildcard = config.get(key::kRouteWildcard);
  if (!wildcard.empty()) options.wildcard = wildcard[0];
  options.max_segment_cardinality =
      static_cast<std::size_t>(config.get(key::kMaxSegmentCardinality));
  return options;
}

std::optional<NameResolverOptions> resolver_options(const Config& config) {
  if (config.is_switched_off(key::kNameResolverSection)) return std::nullopt;
  NameResolverOptions options;
  pipeline::DnsResolverOptions dns;
  dns.cache_len = static_cast<std::size_t>(config.get(key::kNameResolverCacheLen));
  dns.cache_expiry = config.get(key::kNameResolverCacheExpiry);
  for (std::string source : config.get(key::kNameResolverSources)) {
    std::ranges::transform(source, source.begin(), [](unsigned char c) { return std::tolower(c); });
    if (source == "dns" || source == "rdns") options.dns = dns;
  }
  return options;
}

void read_condition(pipeline::AttributeCondition& condition, const std::string& key,
                    const YAML::Node& node, const std::string& path, Mistakes& mistakes) {
  if (key == "match") {
    condition.match = node.Scalar();
    return;
  }
  if (key == "not_match") {
    condition.not_match = node.Scalar();
    return;
  }
  const auto number = config::parse_integer(node.Scalar());
  if (!number) {
    mistakes.add(path + "." + key, number.error().message);
    return;
  }
  if (key == "equals")
    condition.equals = *number;
  else if (key == "not_equals")
    condition.not_equals = *number;
  else if (key == "greater_than")
    condition.greater_than = *number;
  else if (key == "greater_equals")
    condition.greater_equals = *number;
  else if (key == "less_than")
    condition.less_than = *number;
  else if (key == "less_equals")
    condition.less_equals = *number;
  else
    mistakes.add(path + "." + key, "is not a condition");
}

pipeline::AttributesFilterOptions filter_options(const Config& config, Mistakes& mistakes) {
  pipeline::AttributesFilterOptions options;
  for (const auto& pair : config::to_yaml(config.get(key::kFilterApplication))) {
    const auto name = pair.first.as<std::string>();
    const std::string path = fmt::format("{}.{}", key::kFilterApplication.path, name);
    if (!pair.second.IsMap()) {
      mistakes.add(path, "must be a mapping of conditions");
      continue;
    }
    for (const auto& condition : pair.second) {
      read_condition(options.conditions[name], condition.first.as<std::string>(), condition.second,
                     path, mistakes);
    }
  }
  return options;
}

std::optional<exporting::PrintForm> print_form(const Config& config) {
  const std::string& printer = config.get(key::kTracePrinter);
  if (printer == "text") return exporting::PrintForm::kText;
  if (printer == "json") return exporting::PrintForm::kJson;
  if (printer == "json_indent") return exporting::PrintForm::kJsonIndent;
  if (printer == "counter") return exporting::PrintForm::kCounter;
  if (config.get(key::kOtlpTracesProtocol) == "debug") return exporting::PrintForm::kText;
  return std::nullopt;
}

void read_pages(const Config& config, AgentOptions& options) {
  options.prometheus = {.port = static_cast<std::uint16_t>(config.get(key::kPrometheusPort)),
                        .path = config.get(key::kPrometheusPath),
                        .build_info = !config.get(key::kPrometheusDisableBuildInfo)};
  options.internal = {.port = static_cast<std::uint16_t>(config.get(key::kInternalPagePort)),
                      .path = config.get(key::kInternalPagePath)};
}

}  // namespace

LogOptions log_options(const Config& config) {
  return {.level = config.get(key::kLogLevel),
          .format = config.get(key::kLogFormat) == "json" ? base::LogFormat::kJson
                                                          : base::LogFormat::kText,
          .config_form = config.get(key::kLogConfig)};
}

capture::TracerOptions tracer_options(const Config& config) {
  static constexpr std::array kBackends = {capture::Backend::kAuto, capture::Backend::kFentry,
                                           capture::Backend::kKprobe, capture::Backend::kTracepoint,
                                           capture::Backend::kSyscall};
  capture::TracerOptions options;
  const auto chosen = std::ranges::find_if(kBackends, [&](capture::Backend backend) {
    return to_string(backend) == config.get(key::kCaptureBackend);
  });
  if (chosen != kBackends.end()) options.backend = *chosen;
  const auto wakeup = static_cast<std::size_t>(config.get(key::kWakeupLen)) * kTypicalRecordBytes;
  options.wakeup_bytes = wakeup;
  options.max_map_bytes = static_cast<std::size_t>(config.get(key::kMaxKernelMemory));
  options.btf_file = config.get(key::kBtfFile);
  options.passive = config.get(key::kPassive);
  return options;
}

AgentOptions read_options(const Config& config, std::vector<std::string>& mistake_lines,
                          std::vector<std::string>& warnings) {
  Mistakes mistakes{mistake_lines};
  AgentOptions options;
  options.discovery = config::read_discovery(config, mistake_lines, warnings);
  options.host = {.override_name = config.get(key::kHostNameOverride),
                  .override_id = config.get(key::kHostIdOverride),
                  .resolve_by_dns = config.get(key::kHostNameByDns)};
  options.tracer = tracer_options(config);
  options.connection_tracker = connection_tracker_options(config);
  options.span_batcher = span_batcher_options(config);
  options.routes = routes_options(config);
  options.name_resolver = resolver_options(config);
  options.filter = filter_options(config, mistakes);
  options.filter.unresolved = unresolved_names(config);
  options.has_filter = !options.filter.conditions.empty() ||
                       (options.routes && !options.routes->ignored_patterns.empty());
  options.printer = print_form(config);
  read_pages(config, options);
  options.prometheus_metrics = prometheus_aggregation(config);
  options.otlp_traces = otlp_traces_options(config, mistake_lines, warnings);
  options.otlp_metrics = otlp_metrics_options(config, mistake_lines, warnings);
  if (options.otlp_metrics)
    options.otlp_aggregation = otlp_aggregation(config, *options.otlp_metrics);
  options.otlp_aggregation.serves_page =
      options.otlp_metrics && options.prometheus.port != 0 &&
      metrics::can_share(options.otlp_aggregation, options.prometheus_metrics);
  options.queue = {.capacity = static_cast<std::size_t>(
                       std::max<std::int64_t>(1, config.get(key::kChannelBufferLen))),
                   .send_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
                       config.get(key::kChannelSendTimeout)),
                   .when_full = config.get(key::kChannelSendTimeoutPanic) ? swarm::WhenFull::kAbort
                                                                          : swarm::WhenFull::kWait};
  options.shutdown_timeout = config.get(key::kShutdownTimeout);
  options.max_memory = static_cast<std::size_t>(config.get(key::kMaxMemory));
  options.enforce_capabilities = config.get(key::kEnforceSysCaps);
  if (config.get(key::kInternalMetricsExporter) == "otel") {
    warnings.emplace_back(
        "internal_metrics.exporter: otel is not built yet; the port of internal_metrics.prometheus "
        "is used");
  }
  const bool traces_applications = options.discovery.switched_off.empty();
  if (mistake_lines.empty() && traces_applications && !options.printer &&
      options.prometheus.port == 0 && !options.otlp_traces && !options.otlp_metrics) {
    mistake_lines.emplace_back(
        "nothing would be exported: set trace_printer, otel_traces_export.endpoint, "
        "otel_metrics_export.endpoint or prometheus_export.port");
  }
  return options;
}

}  // namespace obi::app
