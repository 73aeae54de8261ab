// SPDX-License-Identifier: Apache-2.0
// Keys of `otel_traces_export`. See typed_key.hpp.
#pragma once
#include "config/choices.hpp"
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr TextKey kOtlpTracesEndpoint{
    "otel_traces_export.endpoint", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "",
    "URL, unix:///path or unix://@name",
    "where traces go; sets the exporter going. Without a scheme: http; without a path: "
    "/v1/traces; else as it stands. See \"The way to a receiver\""};
inline constexpr TextKey kOtlpTracesCommonEndpoint{
    "otel_traces_export.common_endpoint",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "",
    "URL",
    "base URL of both signals, where a signal has no endpoint of its own: /v1/traces and "
    "/v1/metrics go behind its path, in front of its query",
    kEnvironmentOnly};
inline constexpr ChoiceKey kOtlpTracesProtocol{
    "otel_traces_export.protocol", "OTEL_EXPORTER_OTLP_PROTOCOL", "",
    "|grpc|http/protobuf|http/json|debug",
    "empty: grpc if the port ends in 4317, else http/protobuf. http/json is sent as "
    "http/protobuf; debug prints on stdout and needs no endpoint"};
inline constexpr ChoiceKey kOtlpTracesOwnProtocol{"otel_traces_export.own_protocol",
                                                  "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
                                                  "",
                                                  "|grpc|http/protobuf|http/json|debug",
                                                  "wins over protocol",
                                                  kEnvironmentOnly};
inline constexpr TextKey kOtlpTracesCommonHeaders{
    "otel_traces_export.common_headers",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "",
    "k=v,k2=v2",
    "headers of the requests of both signals; see \"Lists of keys and values\"",
    kEnvironmentOnly | kSubstituted | kSecret};
inline constexpr TextKey kOtlpTracesHeaders{
    "otel_traces_export.headers",
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "",
    "k=v,k2=v2",
    "headers of this signal's requests; they win over the common ones one by one",
    kEnvironmentOnly | kSubstituted | kSecret};
inline constexpr IntegerKey kOtlpTracesTimeout{
    "otel_traces_export.timeout",
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT,OTEL_EXPORTER_OTLP_TIMEOUT",
    "10000",
    "> 0",
    "how long one request may take, in milliseconds",
    kEnvironmentOnly};
inline constexpr ChoiceKey kOtlpTracesCompression{
    "otel_traces_export.compression",
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION,OTEL_EXPORTER_OTLP_COMPRESSION",
    "none",
    "none|gzip",
    "compression of the requests",
    kEnvironmentOnly};
inline constexpr BooleanKey kOtlpTracesInsecureSkipVerify{
    "otel_traces_export.insecure_skip_verify", "OTEL_EBPF_INSECURE_SKIP_VERIFY", "false", "",
    "TLS without checking the server's certificate; the variable is for both signals"};
inline constexpr TextKey kOtlpTracesCertificate{
    "otel_traces_export.certificate",
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE,OTEL_EXPORTER_OTLP_CERTIFICATE",
    "",
    "PEM file",
    "certificates that the server's is checked against, instead of the system's",
    kEnvironmentOnly};
inline constexpr TextKey kOtlpTracesClientCertificate{
    "otel_traces_export.client_certificate",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE,OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
    "",
    "PEM file",
    "the agent's own certificate",
    kEnvironmentOnly};
inline constexpr TextKey kOtlpTracesClientKey{
    "otel_traces_export.client_key",
    "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY,OTEL_EXPORTER_OTLP_CLIENT_KEY",
    "",
    "PEM file",
    "its private key",
    kEnvironmentOnly};
inline constexpr TextListKey kOtlpTracesInstrumentations{
    "otel_traces_export.instrumentations",
    "OTEL_EBPF_TRACES_INSTRUMENTATIONS",
    "http,grpc,sql,redis,kafka,mqtt,nats,amqp,mongo,couchbase,memcached,sunrpc,aerospike",
    kInstrumentationChoices,
    "protocols that make spans",
    kLenient};
inline constexpr IntegerKey kOtlpTracesBatchMaxSize{"otel_traces_export.batch_max_size",
                                                    "OTEL_EBPF_OTLP_TRACES_BATCH_MAX_SIZE", "4096",
                                                    "> 0", "spans per request"};
inline constexpr IntegerKey kOtlpTracesQueueSize{
    "otel_traces_export.queue_size", "OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE", "16384", ">= 0",
    "spans that wait for sending: at least twice batch_max_size; 0 = four times that"};
inline constexpr DurationKey kOtlpTracesBatchTimeout{
    "otel_traces_export.batch_timeout", "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT", "15s", ">= 0",
    "an incomplete batch is sent after this time"};
inline constexpr DurationKey kOtlpTracesBackoffInitialInterval{
    "otel_traces_export.backoff_initial_interval", "OTEL_EBPF_BACKOFF_INITIAL_INTERVAL", "5s",
    ">= 0", "first wait before a failed request is sent again; 0 = 5s"};
inline constexpr DurationKey kOtlpTracesBackoffMaxInterval{
    "otel_traces_export.backoff_max_interval", "OTEL_EBPF_BACKOFF_MAX_INTERVAL", "30s", ">= 0",
    "longest wait; 0 = 30s"};
inline constexpr DurationKey kOtlpTracesBackoffMaxElapsedTime{
    "otel_traces_export.backoff_max_elapsed_time", "OTEL_EBPF_BACKOFF_MAX_ELAPSED_TIME", "5m",
    ">= 0", "a request is given up after this time; 0 = 5m"};
inline constexpr IntegerKey kOtlpTracesReportersCacheLen{
    "otel_traces_export.reporters_cache_len", "OTEL_EBPF_TRACES_REPORT_CACHE_LEN", "256", ">= 0",
    "services whose encoded resource is kept"};
inline constexpr ChoiceKey kOtlpTracesSamplerName{
    "otel_traces_export.sampler.name", "OTEL_TRACES_SAMPLER", "parentbased_always_on",
    "parentbased_always_on=|always_on|always_off|traceidratio|parentbased_always_off|parentbased_"
    "traceidratio",
    "which traces are kept"};
inline constexpr TextKey kOtlpTracesSamplerArg{
    "otel_traces_export.sampler.arg", "OTEL_TRACES_SAMPLER_ARG", "", "0 to 1",
    "share of traces that the two traceidratio samplers keep"};

}  // namespace obi::config::key
