// SPDX-License-Identifier: Apache-2.0
#include "app/options.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <bit>

#include "app/otlp_target.hpp"
#include "app/version.hpp"
#include "config/features.hpp"

namespace obi::app {
namespace {

using config::Config;

// A record of a typical request or response head; wakeup_len counts messages, the ring counts
// bytes.
constexpr std::size_t kTypicalRecordBytes = 256;

struct Mistakes {
  std::vector<std::string>& lines;
  void add(std::string_view path, std::string_view what) {
    lines.push_back(fmt::format("{}: {}", path, what));
  }
};

model::UnresolvedNames unresolved_names(const Config& config) {
  return {.generic = config.text("attributes.rename_unresolved_hosts"),
          .outgoing = config.text("attributes.rename_unresolved_hosts_outgoing"),
          .incoming = config.text("attributes.rename_unresolved_hosts_incoming")};
}

// A limit that holds for the default ceiling of memory, and grows and shrinks with it.
std::size_t per_memory(const Config& config, std::size_t at_default) {
  constexpr std::size_t kDefault = 64UL * 1024 * 1024;
  const auto ceiling = static_cast<std::size_t>(config.integer("max_memory"));
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(static_cast<double>(at_default) * static_cast<double>(ceiling) /
                                  kDefault));
}

protocol::ConversationOptions conversation_options(const Config& config) {
  const auto ns = [&](std::string_view key) {
    return static_cast<std::uint64_t>(config.duration(key).count());
  };
  const auto count = [&](std::string_view key) {
    return static_cast<std::size_t>(config.integer(key));
  };
  return {.request_timeout_ns = ns("ebpf.http_request_timeout"),
          .dns_timeout_ns = ns("ebpf.dns_request_timeout"),
          .heuristic_sql = config.boolean("ebpf.heuristic_sql_detect"),
          .http_known_methods = config.list("ebpf.http_known_methods"),
          .redis_database = config.boolean("ebpf.redis_db_cache.enabled"),
          .postgres_statements = count("ebpf.postgres_prepared_statements_cache_size"),
          .mysql_statements = count("ebpf.mysql_prepared_statements_cache_size"),
          .mssql_statements = count("ebpf.mssql_prepared_statements_cache_size"),
          .kafka_topics = count("ebpf.kafka_topic_uuid_cache_size"),
          .mongo_requests = count("ebpf.mongo_requests_cache_size")};
}

pipeline::ConnectionTrackerOptions connection_tracker_options(const Config& config) {
  pipeline::ConnectionTrackerOptions options;
  options.max_connections = per_memory(config, options.max_connections);
  options.batch_length = static_cast<std::size_t>(config.integer("ebpf.batch_length"));
  options.batch_timeout = config.duration("ebpf.batch_timeout");
  options.conversations = conversation_options(config);
  return options;
}

std::optional<pipeline::RoutesOptions> routes_options(const Config& config) {
  if (config.is_switched_off("routes")) return std::nullopt;
  pipeline::RoutesOptions options;
  const std::string& unmatched = config.text("routes.unmatched");
  using pipeline::Unmatched;
  options.unmatched = unmatched == "unset"             ? Unmatched::kUnset
                      : unmatched == "path"            ? Unmatched::kPath
                      : unmatched == "heuristic"       ? Unmatched::kHeuristic
                      : unmatched == "low-cardinality" ? Unmatched::kLowCardinality
                                                       : Unmatched::kWildcard;
  options.patterns = config.list("routes.patterns");
  options.ignored_patterns = config.list("routes.ignored_patterns");
  const std::string& mode = config.text("routes.ignore_mode");
  options.ignore_mode = mode == "metrics"  ? pipeline::IgnoreMode::kMetrics
                        : mode == "traces" ? pipeline::IgnoreMode::kTraces
                                           : pipeline::IgnoreMode::kAll;
  const std::string& wildcard = config.text("routes.wildcard_char");
  if (!wildcard.empty()) options.wildcard = wildcard[0];
  options.max_segment_cardinality =
      static_cast<std::size_t>(config.integer("routes.max_path_segment_cardinality"));
  return options;
}

std::optional<pipeline::NameResolverOptions> resolver_options(const Config& config) {
  if (config.is_switched_off("name_resolver")) return std::nullopt;
  pipeline::NameResolverOptions options;
  for (std::string source : config.list("name_resolver.sources")) {
    std::ranges::transform(source, source.begin(), [](unsigned char c) { return std::tolower(c); });
    options.dns |= source == "dns" || source == "rdns";
  }
  options.cache_len = static_cast<std::size_t>(config.integer("name_resolver.cache_len"));
  options.cache_expiry = config.duration("name_resolver.cache_expiry");
  return options;
}

std::vector<std::string> strings_of(const YAML::Node& node) {
  std::vector<std::string> items;
  if (node.IsScalar()) items.push_back(node.Scalar());
  for (const YAML::Node& item : node) {
    if (item.IsScalar()) items.push_back(item.Scalar());
  }
  return items;
}

metrics::AttributeSelection selection_of(const Config& config) {
  metrics::AttributeSelection::Sections sections;
  for (const auto& pair : config.object("attributes.select")) {
    metrics::SectionSelection& section = sections[pair.first.as<std::string>()];
    if (!pair.second.IsMap()) continue;
    if (pair.second["include"]) section.include = strings_of(pair.second["include"]);
    if (pair.second["exclude"]) section.exclude = strings_of(pair.second["exclude"]);
  }
  return metrics::AttributeSelection(sections);
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
  for (const auto& pair : config.object("filter.application")) {
    const auto name = pair.first.as<std::string>();
    const std::string path = "filter.application." + name;
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

metrics::ResourceOptions resource_options(const Config& config) {
  metrics::ResourceOptions options;
  options.distro_version = kVersion;
  options.extra_labels = config.list("prometheus_export.extra_resource_attributes");
  return options;
}

// What both metric exporters share; `section` is otel_metrics_export or prometheus_export.
metrics::AggregatorOptions aggregator_options(const Config& config, const std::string& section) {
  metrics::AggregatorOptions options;
  options.cardinality_limit = static_cast<std::size_t>(
      std::max<std::int64_t>(0, config.integer("metrics.cardinality_limit")));
  options.buckets.duration = config.numbers(section + ".buckets.duration_histogram");
  options.buckets.request_size = config.numbers(section + ".buckets.request_size_histogram");
  options.buckets.response_size = config.numbers(section + ".buckets.response_size_histogram");
  options.ttl = config.duration(section + ".ttl");
  options.features = config::features_of(config);
  options.instrumentations = config.list(section + ".instrumentations");
  options.selection = selection_of(config);
  options.groups.http_route = !config.is_switched_off("routes");
  options.rename = unresolved_names(config);
  options.resource = resource_options(config);
  return options;
}

void read_otlp(const Config& config, AgentOptions& options, Mistakes& mistakes,
               std::vector<std::string>& warnings) {
  if (auto target = otlp_target(config, OtlpSignal::kTraces, mistakes.lines, warnings)) {
    exporting::OtlpTracesOptions traces;
    traces.target = std::move(*target);
    const auto set_unless_zero = [&](std::chrono::nanoseconds& value, std::string_view path) {
      if (config.duration(path).count() != 0) value = config.duration(path);
    };
    set_unless_zero(traces.backoff.initial, "otel_traces_export.backoff_initial_interval");
    set_unless_zero(traces.backoff.max, "otel_traces_export.backoff_max_interval");
    set_unless_zero(traces.backoff.max_elapsed_time, "otel_traces_export.backoff_max_elapsed_time");
    traces.batch_max_size =
        static_cast<std::size_t>(config.integer("otel_traces_export.batch_max_size"));
    traces.queue_size = static_cast<std::size_t>(config.integer("otel_traces_export.queue_size"));
    if (traces.queue_size == 0) traces.queue_size = 4 * traces.batch_max_size;
    if (traces.queue_size < 2 * traces.batch_max_size) {
      mistakes.add("otel_traces_export.queue_size", "must be at least twice batch_max_size");
    }
    traces.batch_timeout = config.duration("otel_traces_export.batch_timeout");
    traces.selected = model::selected_types(config.list("otel_traces_export.instrumentations"));
    traces.sampler = {.name = config.text("otel_traces_export.sampler.name"),
                      .argument = config.text("otel_traces_export.sampler.arg")};
    traces.queue_bytes = per_memory(config, traces.queue_bytes);
    traces.selection = selection_of(config);
    traces.resource = resource_options(config);
    traces.redaction =
        model::QueryRedaction(config.list("attributes.sensitive_query_params.add"),
                              config.list("attributes.sensitive_query_params.remove"));
    options.otlp_traces = std::move(traces);
  }
  if (auto target = otlp_target(config, OtlpSignal::kMetrics, mistakes.lines, warnings)) {
    exporting::OtlpMetricsOptions metrics;
    metrics.target = std::move(*target);
    metrics.interval = config.duration("otel_metrics_export.interval");
    if (metrics.interval.count() <= 0) {
      metrics.interval =
          std::chrono::milliseconds(config.integer("otel_metrics_export.interval_ms_env"));
    }
    // lowmemory differs from delta only for asynchronous counters, of which there are none.
    metrics.delta = config.text("otel_metrics_export.temporality_preference") != "cumulative";
    metrics.queue_bytes = per_memory(config, metrics.queue_bytes);
    metrics.selection = selection_of(config);
    metrics.resource = resource_options(config);
    options.otlp_metrics = std::move(metrics);
    options.otlp_aggregation = aggregator_options(config, "otel_metrics_export");
    options.otlp_aggregation.temporality = options.otlp_metrics->delta
                                               ? metrics::Temporality::kDelta
                                               : metrics::Temporality::kCumulative;
    options.otlp_aggregation.exponential_histograms =
        config.text("otel_metrics_export.histogram_aggregation") ==
        "base2_exponential_bucket_histogram";
    options.otlp_aggregation.exponential_max_size = static_cast<std::size_t>(
        config.integer("otel_metrics_export.exponential_histogram.max_size"));
    options.otlp_aggregation.exponential_max_scale =
        static_cast<int>(config.integer("otel_metrics_export.exponential_histogram.max_scale"));
  }
}

std::optional<exporting::PrintForm> print_form(const Config& config) {
  const std::string& printer = config.text("trace_printer");
  if (printer == "text") return exporting::PrintForm::kText;
  if (printer == "json") return exporting::PrintForm::kJson;
  if (printer == "json_indent") return exporting::PrintForm::kJsonIndent;
  if (printer == "counter") return exporting::PrintForm::kCounter;
  if (config.text("otel_traces_export.protocol") == "debug") return exporting::PrintForm::kText;
  return std::nullopt;
}

void read_pages(const Config& config, AgentOptions& options) {
  options.prometheus = {
      .port = static_cast<std::uint16_t>(config.integer("prometheus_export.port")),
      .path = config.text("prometheus_export.path"),
      .build_info = !config.boolean("prometheus_export.disable_build_info")};
  options.internal = {
      .port = static_cast<std::uint16_t>(config.integer("internal_metrics.prometheus.port")),
      .path = config.text("internal_metrics.prometheus.path")};
}

}  // namespace

capture::TracerOptions tracer_options(const Config& config) {
  static constexpr std::array kBackends = {capture::Backend::kAuto, capture::Backend::kFentry,
                                           capture::Backend::kKprobe, capture::Backend::kTracepoint,
                                           capture::Backend::kSyscall};
  capture::TracerOptions options;
  const auto chosen = std::ranges::find_if(kBackends, [&](capture::Backend backend) {
    return to_string(backend) == config.text("ebpf.capture_backend");
  });
  if (chosen != kBackends.end()) options.backend = *chosen;
  const auto wakeup =
      static_cast<std::size_t>(config.integer("ebpf.wakeup_len")) * kTypicalRecordBytes;
  options.wakeup_bytes = wakeup;
  options.max_map_bytes = static_cast<std::size_t>(config.integer("max_kernel_memory"));
  options.btf_file = config.text("ebpf.btf_file");
  options.passive = config.boolean("ebpf.passive");
  return options;
}

AgentOptions read_options(const Config& config, std::vector<std::string>& mistake_lines,
                          std::vector<std::string>& warnings) {
  Mistakes mistakes{mistake_lines};
  AgentOptions options;
  options.discovery = config::read_discovery(config, mistake_lines, warnings);
  options.host = {.override_name = config.text("attributes.instance_id.override_hostname"),
                  .override_id = config.text("attributes.host_id.override"),
                  .resolve_by_dns = config.boolean("attributes.instance_id.dns")};
  options.tracer = tracer_options(config);
  options.connection_tracker = connection_tracker_options(config);
  options.routes = routes_options(config);
  options.name_resolver = resolver_options(config);
  options.filter = filter_options(config, mistakes);
  options.filter.unresolved = unresolved_names(config);
  options.has_filter = !options.filter.conditions.empty() ||
                       (options.routes && !options.routes->ignored_patterns.empty());
  options.printer = print_form(config);
  read_pages(config, options);
  options.prometheus_metrics = aggregator_options(config, "prometheus_export");
  read_otlp(config, options, mistakes, warnings);
  options.otlp_aggregation.serves_page =
      options.otlp_metrics && options.prometheus.port != 0 &&
      metrics::can_share(options.otlp_aggregation, options.prometheus_metrics);
  options.queue = {
      .capacity =
          static_cast<std::size_t>(std::max<std::int64_t>(1, config.integer("channel_buffer_len"))),
      .send_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(
          config.duration("channel_send_timeout")),
      .when_full = config.boolean("channel_send_timeout_panic") ? swarm::WhenFull::kAbort
                                                                : swarm::WhenFull::kWait};
  options.shutdown_timeout = config.duration("shutdown_timeout");
  options.max_memory = static_cast<std::size_t>(config.integer("max_memory"));
  options.enforce_capabilities = config.boolean("enforce_sys_caps");
  if (config.text("internal_metrics.exporter") == "otel") {
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
