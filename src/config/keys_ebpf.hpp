// SPDX-License-Identifier: Apache-2.0
// Keys of `ebpf`. See typed_key.hpp.
#pragma once
#include "config/typed_key.hpp"

namespace obi::config::key {

inline constexpr IntegerKey kWakeupLen{
    "ebpf.wakeup_len", "OTEL_EBPF_BPF_WAKEUP_LEN", "500", ">= 0",
    "the kernel wakes the agent after this many events; 0 = at each"};
inline constexpr IntegerKey kBatchLength{"ebpf.batch_length", "OTEL_EBPF_BPF_BATCH_LENGTH", "100",
                                         "> 0", "spans per batch"};
inline constexpr DurationKey kBatchTimeout{"ebpf.batch_timeout", "OTEL_EBPF_BPF_BATCH_TIMEOUT",
                                           "1s", ">= 0",
                                           "an incomplete batch goes on after this time"};
inline constexpr DurationKey kHttpRequestTimeout{
    "ebpf.http_request_timeout", "OTEL_EBPF_BPF_HTTP_REQUEST_TIMEOUT", "0s", ">= 0",
    "a request of HTTP, also in FastCGI, without response is reported after this time; 0 = when "
    "its connection ends"};
inline constexpr TextListKey kHttpKnownMethods{
    "ebpf.http_known_methods", "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "", "",
    "the request methods that telemetry names, in place of RFC 9110's and PATCH; every other is "
    "_OTHER. A key of this implementation only"};
inline constexpr BooleanKey kHeuristicSqlDetect{
    "ebpf.heuristic_sql_detect", "OTEL_EBPF_HEURISTIC_SQL_DETECT", "false", "",
    "looks for SQL in TCP streams of unknown protocols"};
inline constexpr IntegerKey kMysqlPreparedStatementsCacheSize{
    "ebpf.mysql_prepared_statements_cache_size",
    "OTEL_EBPF_BPF_MYSQL_PREPARED_STATEMENTS_CACHE_SIZE", "1024", "> 0",
    "MySQL prepared statements remembered, of each connection"};
inline constexpr IntegerKey kPostgresPreparedStatementsCacheSize{
    "ebpf.postgres_prepared_statements_cache_size",
    "OTEL_EBPF_BPF_POSTGRES_PREPARED_STATEMENTS_CACHE_SIZE", "1024", "> 0",
    "PostgreSQL prepared statements remembered, of each connection"};
inline constexpr IntegerKey kMssqlPreparedStatementsCacheSize{
    "ebpf.mssql_prepared_statements_cache_size",
    "OTEL_EBPF_BPF_MSSQL_PREPARED_STATEMENTS_CACHE_SIZE", "1024", "> 0",
    "MS SQL prepared statements remembered, of each connection"};
inline constexpr IntegerKey kKafkaTopicUuidCacheSize{
    "ebpf.kafka_topic_uuid_cache_size", "OTEL_KAFKA_TOPIC_UUID_CACHE_SIZE", "1024", "> 0",
    "Kafka topic ids remembered, of all connections together"};
inline constexpr IntegerKey kMongoRequestsCacheSize{
    "ebpf.mongo_requests_cache_size", "OTEL_EBPF_BPF_MONGO_REQUESTS_CACHE_SIZE", "1024", "> 0",
    "MongoDB requests remembered while they wait for their answers, of each connection"};
inline constexpr DurationKey kDnsRequestTimeout{
    "ebpf.dns_request_timeout", "OTEL_EBPF_BPF_DNS_REQUEST_TIMEOUT", "5s", "> 0",
    "a DNS query without answer is reported as failed after this time"};
inline constexpr ChoiceKey kCaptureBackend{
    "ebpf.capture_backend", "OTEL_EBPF_CAPTURE_BACKEND", "auto",
    "auto|fentry|kprobe|tracepoint|syscall",
    "which kernel hooks see the bytes; auto takes the best that works here. A key of this "
    "implementation only"};
inline constexpr TextKey kBtfFile{
    "ebpf.btf_file", "OTEL_EBPF_BTF_FILE", "", "",
    "file with the kernel's types (BTF) where /sys/kernel/btf/vmlinux is missing; --btf sets it, "
    "too. A key of this implementation only"};
inline constexpr BooleanKey kPassive{
    "ebpf.passive", "OTEL_EBPF_PASSIVE", "false", "",
    "refuse to load any program that could alter user memory, packets, sockets or control flow; "
    "--passive sets it, too. A key of this implementation only"};
inline constexpr BooleanKey kRedisDatabase{
    "ebpf.redis_db_cache.enabled", "OTEL_EBPF_BPF_REDIS_DB_CACHE_ENABLED", "false", "",
    "reports the Redis database that a connection has selected (db.namespace)"};

}  // namespace obi::config::key
