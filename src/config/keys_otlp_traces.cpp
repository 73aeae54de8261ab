// SPDX-License-Identifier: Apache-2.0
#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kKeys[] = {
    {"otel_traces_export.endpoint", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Type::kText, "",
     "URL, unix:///path or unix://@name",
     "where traces go; sets the exporter going. Without a scheme: http; without a path: "
     "/v1/traces; else as it stands. See \"The way to a receiver\""},
    {"otel_traces_export.common_endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT", Type::kText, "", "URL",
     "base URL of both signals, where a signal has no endpoint of its own: /v1/traces and "
     "/v1/metrics go behind its path, in front of its query",
     kEnvironmentOnly},
    {"otel_traces_export.protocol", "OTEL_EXPORTER_OTLP_PROTOCOL", Type::kChoice, "",
     "|grpc|http/protobuf|http/json|debug",
     "empty: grpc if the port ends in 4317, else http/protobuf. http/json is sent as "
     "http/protobuf; debug prints on stdout and needs no endpoint"},
    {"otel_traces_export.own_protocol", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Type::kChoice, "",
     "|grpc|http/protobuf|http/json|debug", "wins over protocol", kEnvironmentOnly},
    {"otel_traces_export.common_headers", "OTEL_EXPORTER_OTLP_HEADERS", Type::kText, "",
     "k=v,k2=v2", "headers of the requests of both signals; see \"Lists of keys and values\"",
     kEnvironmentOnly | kSubstituted | kSecret},
    {"otel_traces_export.headers", "OTEL_EXPORTER_OTLP_TRACES_HEADERS", Type::kText, "",
     "k=v,k2=v2", "headers of this signal's requests; they win over the common ones one by one",
     kEnvironmentOnly | kSubstituted | kSecret},
    {"otel_traces_export.timeout", "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT,OTEL_EXPORTER_OTLP_TIMEOUT",
     Type::kInteger, "10000", "> 0", "how long one request may take, in milliseconds",
     kEnvironmentOnly},
    {"otel_traces_export.compression",
     "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION,OTEL_EXPORTER_OTLP_COMPRESSION", Type::kChoice, "none",
     "none|gzip", "compression of the requests", kEnvironmentOnly},
    {"otel_traces_export.insecure",
     "OTEL_EXPORTER_OTLP_TRACES_INSECURE,OTEL_EXPORTER_OTLP_INSECURE", Type::kBoolean, "true", "",
     "false: an endpoint without a scheme is https", kEnvironmentOnly | kLater},
    {"otel_traces_export.insecure_skip_verify", "OTEL_EBPF_INSECURE_SKIP_VERIFY", Type::kBoolean,
     "false", "",
     "TLS without checking the server's certificate; the variable is for both signals"},
    {"otel_traces_export.certificate",
     "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE,OTEL_EXPORTER_OTLP_CERTIFICATE", Type::kText, "",
     "PEM file", "certificates that the server's is checked against, instead of the system's",
     kEnvironmentOnly},
    {"otel_traces_export.client_certificate",
     "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE,OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
     Type::kText, "", "PEM file", "the agent's own certificate", kEnvironmentOnly},
    {"otel_traces_export.client_key",
     "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY,OTEL_EXPORTER_OTLP_CLIENT_KEY", Type::kText, "",
     "PEM file", "its private key", kEnvironmentOnly},
    {"otel_traces_export.instrumentations", "OTEL_EBPF_TRACES_INSTRUMENTATIONS", Type::kTextList,
     "http,grpc,sql,redis,kafka,mqtt,nats,amqp,mongo,couchbase,memcached,sunrpc,aerospike",
     kInstrumentations, "protocols that make spans", kLenient},
    {"otel_traces_export.batch_max_size", "OTEL_EBPF_OTLP_TRACES_BATCH_MAX_SIZE", Type::kInteger,
     "4096", "> 0", "spans per request"},
    {"otel_traces_export.queue_size", "OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE", Type::kInteger, "16384",
     ">= 0", "spans that wait for sending: at least twice batch_max_size; 0 = four times that"},
    {"otel_traces_export.batch_timeout", "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT", Type::kDuration,
     "15s", ">= 0", "an incomplete batch is sent after this time"},
    {"otel_traces_export.backoff_initial_interval", "OTEL_EBPF_BACKOFF_INITIAL_INTERVAL",
     Type::kDuration, "5s", ">= 0", "first wait before a failed request is sent again; 0 = 5s"},
    {"otel_traces_export.backoff_max_interval", "OTEL_EBPF_BACKOFF_MAX_INTERVAL", Type::kDuration,
     "30s", ">= 0", "longest wait; 0 = 30s"},
    {"otel_traces_export.backoff_max_elapsed_time", "OTEL_EBPF_BACKOFF_MAX_ELAPSED_TIME",
     Type::kDuration, "5m", ">= 0", "a request is given up after this time; 0 = 5m"},
    {"otel_traces_export.reporters_cache_len", "OTEL_EBPF_TRACES_REPORT_CACHE_LEN", Type::kInteger,
     "256", ">= 0", "services whose encoded resource is kept"},
    {"otel_traces_export.otel_sdk_log_level", "OTEL_EBPF_SDK_LOG_LEVEL", Type::kChoice, "",
     "|debug|info|warn|error", "log level of the exporter; the variable is for both signals",
     kLater | kAnyCase},
    {"otel_traces_export.sampler.name", "OTEL_TRACES_SAMPLER", Type::kChoice,
     "parentbased_always_on",
     "parentbased_always_on=|always_on|always_off|traceidratio|parentbased_always_off|parentbased_"
     "traceidratio",
     "which traces are kept"},
    {"otel_traces_export.sampler.arg", "OTEL_TRACES_SAMPLER_ARG", Type::kText, "", "0 to 1",
     "share of traces that the two traceidratio samplers keep"},
};

}  // namespace

std::span<const Key> otlp_traces_keys() { return kKeys; }

}  // namespace obi::config::table
