// SPDX-License-Identifier: Apache-2.0
// What a service's telemetry says about the service itself: the OTLP resource, and the attributes
// of target.info in both worlds. Pure functions; called once per service and snapshot, not per
// span.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "metrics/attribute_selection.hpp"
#include "metrics/catalogue.hpp"
#include "model/metric.hpp"
#include "model/service.hpp"

namespace obi::metrics {

struct ResourceOptions {
  std::string sdk_version = "unknown";   ///< telemetry.sdk.version
  std::string distro_version = "unset";  ///< telemetry.distro.version: the agent's
  /// Facts of the machine (cloud.*, host.type, …); every service carries them.
  std::vector<std::pair<std::string, std::string>> node_metadata;
  /// The agent's own OTEL_RESOURCE_ATTRIBUTES; they win over everything else.
  std::vector<std::pair<std::string, std::string>> environment;
  /// Further labels of the Prometheus target_info, looked up in the service's metadata.
  std::vector<std::string> extra_labels;
};

/// The OTLP resource of `service`, sorted by name and filtered by the `resource` section of
/// `selection`.
model::Attributes resource_attributes(const model::Service& service, const ResourceOptions& options,
                                      const AttributeSelection& selection);

/// As above with `instance` and `job`: the point of the OTLP target.info, whose own resource is
/// empty.
model::Attributes target_info_attributes(const model::Service& service,
                                         const ResourceOptions& options,
                                         const AttributeSelection& selection);

/// The point of the Prometheus target_info: the same names for every service, "" where it lacks
/// one. `active` says which metadata belongs to the set.
model::Attributes target_info_labels(const model::Service& service, const ResourceOptions& options,
                                     const AttributeSelection& selection,
                                     const ActiveGroups& active);

/// `name` in the service's metadata, or null.
const std::string* find_metadata(const model::Service& service, std::string_view name);

}  // namespace obi::metrics
