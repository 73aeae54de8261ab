// SPDX-License-Identifier: Apache-2.0
// Who a process is: the facts about a service that spans and metrics carry. Immutable once
// published; shared between threads as `std::shared_ptr<const Service>`.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace obi::model {

/// What runs in the process. `to_string` gives the value of telemetry.sdk.language.
enum class Language : std::uint8_t {
  kGeneric,
  kGo,
  kJava,
  kDotnet,
  kPython,
  kRuby,
  kNodejs,
  kRust,
  kPhp,
  kCpp
};
std::string_view to_string(Language language);

/// Which signals leave for this service (`exports` of a discovery entry).
struct ExportModes {
  bool metrics = true;
  bool traces = true;
  bool logs = true;
};

struct Sampler {
  std::string name;      ///< always_on, always_off, traceidratio, parentbased_*
  std::string argument;  ///< the ratio as text
};

/// Where a service's name or namespace came from, the strongest first.
enum class NameOrigin : std::uint8_t {
  kOwnVariable,         ///< OTEL_SERVICE_NAME in the process's environment
  kResourceAttributes,  ///< service.name or service.namespace in its OTEL_RESOURCE_ATTRIBUTES
  kAgentAttributes,     ///< the same in the agent's, which stand in for a process without any
  kSelector,            ///< the last matching discovery entry that has one
  kMetadata,            ///< metadata of its container or pod
  kExecutable,          ///< of a namespace: there is none
};

struct Service {
  std::string name;
  std::string name_space;   ///< service.namespace, may be empty
  std::string instance_id;  ///< service.instance.id
  std::string host_name;
  std::string host_id;
  Language language = Language::kGeneric;
  bool auto_named = false;  ///< the name is only the executable's: metadata may replace it
  NameOrigin name_origin = NameOrigin::kExecutable;
  NameOrigin name_space_origin = NameOrigin::kExecutable;
  std::uint32_t pid = 0;     ///< root pid namespace
  std::string executable;    ///< path
  std::string container_id;  ///< empty outside containers
  /// Further resource attributes, sorted by key; later pipeline stages may publish a richer copy.
  std::vector<std::pair<std::string, std::string>> metadata;
  ExportModes exports;
  std::optional<Sampler> sampler;  ///< overrides the exporter's
  std::vector<std::string> incoming_routes;
  std::vector<std::string> outgoing_routes;
  std::optional<std::vector<std::string>> metric_features;  ///< overrides metrics.features

  /// "<namespace>/<name>" or "<name>": the Prometheus `job`.
  [[nodiscard]] std::string job() const {
    return name_space.empty() ? name : name_space + "/" + name;
  }
};

using ServiceRef = std::shared_ptr<const Service>;

}  // namespace obi::model
