// SPDX-License-Identifier: Apache-2.0
// Settings of the OTLP exporters.
#pragma once
#include <strings.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "export/otlp/proxy.hpp"
#include "metrics/attribute_selection.hpp"
#include "metrics/resource.hpp"
#include "model/event_type_set.hpp"
#include "model/memory_account.hpp"
#include "model/query_redaction.hpp"
#include "model/service.hpp"

namespace obi::exporting {

enum class OtlpProtocol : std::uint8_t { kGrpc, kHttpProtobuf };

/// Header fields differ by more than case.
struct FieldNameLess {
  bool operator()(const std::string& left, const std::string& right) const {
    return ::strcasecmp(left.c_str(), right.c_str()) < 0;
  }
};

/// Where to send, and how.
struct OtlpTarget {
  OtlpProtocol protocol = OtlpProtocol::kHttpProtobuf;
  std::string url;          ///< HTTP: the whole URL without user info; gRPC: http(s)://host:port
  std::string unix_socket;  ///< path, or @name for an abstract socket; empty = TCP
  bool tls = false;
  bool insecure_skip_verify = false;
  std::map<std::string, std::string, FieldNameLess> headers;
  ProxySettings proxies;
  std::string ca_file;
  std::string client_certificate_file;
  std::string client_key_file;
  bool gzip = false;
  std::chrono::milliseconds timeout{10'000};
};

struct Backoff {
  std::chrono::nanoseconds initial = std::chrono::seconds(5);
  std::chrono::nanoseconds max = std::chrono::seconds(30);
  std::chrono::nanoseconds max_elapsed_time = std::chrono::minutes(5);
};

struct OtlpTracesOptions {
  OtlpTarget target;
  Backoff backoff;
  std::size_t batch_max_size = 4096;   ///< spans in one request
  std::size_t queue_size = 16'384;     ///< spans held; the oldest are dropped beyond it …
  std::size_t queue_bytes = 16 << 20;  ///< … or beyond this
  std::chrono::nanoseconds batch_timeout = std::chrono::seconds(15);
  model::EventTypeSet selected = model::EventTypeSet::all();  ///< instrumentations
  model::Sampler sampler{.name = "parentbased_always_on", .argument = {}};
  metrics::AttributeSelection selection;
  metrics::ResourceOptions resource;
  model::QueryRedaction redaction;
  std::size_t resource_cache = 256;  ///< reporters_cache_len
  model::MemoryAccount* memory = nullptr;
};

struct OtlpMetricsOptions {
  OtlpTarget target;
  Backoff backoff{.max_elapsed_time = std::chrono::minutes(1)};
  std::size_t queue_bytes = 16 << 20;  ///< requests held; the oldest are dropped beyond it
  std::chrono::nanoseconds interval = std::chrono::seconds(60);
  bool delta = false;
  metrics::AttributeSelection selection;
  metrics::ResourceOptions resource;
  model::MemoryAccount* memory = nullptr;
};

}  // namespace obi::exporting
