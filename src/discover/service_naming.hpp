// SPDX-License-Identifier: Apache-2.0
// What the service of a process is called, and its other resource facts. Order of precedence for
// the name: the process's OTEL_SERVICE_NAME, service.name in its OTEL_RESOURCE_ATTRIBUTES, the
// matching discovery entry, metadata, the executable's name.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/discovery.hpp"
#include "discover/metadata.hpp"
#include "discover/process.hpp"
#include "model/service.hpp"

namespace obi::discover {

struct HostFacts {
  std::string name;  ///< host.name
  std::string id;    ///< host.id, may be empty
};

struct HostOptions {
  std::string override_name;
  std::string override_id;
  bool resolve_by_dns = true;
};

/// Name: the override, else what reverse DNS says of the host's addresses or its canonical name, if
/// that comes within 2 s and isn't localhost, else the host name. Id: the override, else the
/// machine id (machine-id(5)). May block for 2 s.
HostFacts read_host_facts(const HostOptions& options);

/// What the agent adds to the names of services. Views: used during a call.
struct AgentFacts {
  const HostFacts& host;
  const std::string& attributes;              ///< its OTEL_RESOURCE_ATTRIBUTES
  const config::Environment& environment;     ///< its variables
  const ServiceMetadata* metadata = nullptr;  ///< of the process; null = there is none
};

using Environ = std::vector<std::pair<std::string, std::string>>;

/// `matches`: the configuration's entries for the process; the last one that sets a field wins,
/// except for the metric features, which the last one decides. The agent's attributes stand in for
/// those of a process without OTEL_RESOURCE_ATTRIBUTES, its variables expand `${VAR}` in them,
/// except, for a process, those that by their name may hold a credential. Of the process's own
/// variable service.instance.id is taken too. `unread`: what of the variable could not be read, for
/// a log line; empty if all could.
model::Service name_service(const Process& process, const Environ& environment,
                            model::Language language,
                            const std::vector<const config::Selector*>& matches,
                            const AgentFacts& agent, std::string* unread = nullptr);

}  // namespace obi::discover
