// SPDX-License-Identifier: Apache-2.0
// What is known of a process from outside of /proc: of the runtime of its container, of a cluster.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "discover/process.hpp"

namespace obi::discover {

/// What the service of the process is given, as far as nothing stronger says so.
struct ServiceMetadata {
  std::string name;        ///< in place of the executable's; empty = unknown
  std::string name_space;  ///< empty = unknown
  std::vector<std::pair<std::string, std::string>> attributes;  ///< of the resource
  bool operator==(const ServiceMetadata&) const = default;
};

/// Immutable once published.
struct ProcessMetadata {
  using Texts = std::map<std::string, std::string>;
  Texts fields;  ///< by the key of a selector's metadata criterion: "k8s_namespace"
  Texts pod_labels;
  Texts pod_annotations;
  ServiceMetadata service;
  bool operator==(const ProcessMetadata&) const = default;
};

using MetadataRef = std::shared_ptr<const ProcessMetadata>;

/// Where metadata comes from. An implementation pushes MetadataChanged after a change.
class MetadataSource {
 public:
  virtual ~MetadataSource() = default;
  /// Null: it has none, yet or any more; what was decided by earlier metadata stays. Called on the
  /// discovery thread for every known process of every scan, so it must not block. `process` may
  /// lack its container id when discovery has not read it yet.
  [[nodiscard]] virtual MetadataRef find(const Process& process) const = 0;
};

/// True if `latest` is there and has other content than `known`.
[[nodiscard]] inline bool is_newer(const MetadataRef& latest, const MetadataRef& known) {
  return latest && latest != known && (!known || *latest != *known);
}

/// What it gives the service: nothing, if it is null.
[[nodiscard]] inline ServiceMetadata service_part(const MetadataRef& metadata) {
  return metadata ? metadata->service : ServiceMetadata();
}

}  // namespace obi::discover
