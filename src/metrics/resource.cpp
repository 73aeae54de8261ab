// SPDX-License-Identifier: Apache-2.0
#include "metrics/resource.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "base/utf8.hpp"
#include "metrics/catalogue_groups.hpp"

namespace obi::metrics {
namespace {

using AttributeMap = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 13> kTargetLabels = {
    "host.id",
    "host.name",
    "service.name",
    "service.namespace",
    "instance",
    "job",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
    "telemetry.distro.name",
    "telemetry.distro.version",
    "source",
    "os.type",
};
constexpr std::array kMetadataGroups = {&kKubernetes, &kContainer};

/// The agent's own facts about the service.
AttributeMap base_attributes(const model::Service& service, const ResourceOptions& options) {
  AttributeMap attributes{
      {"service.name", service.name},
      {"telemetry.sdk.language", std::string(model::to_string(service.language))},
      {"telemetry.sdk.name", "opentelemetry"},
      {"telemetry.sdk.version", options.sdk_version},
      {"telemetry.distro.name", "opentelemetry-ebpf-instrumentation"},
      {"telemetry.distro.version", options.distro_version},
      {"host.name", service.host_name},
      {"host.id", service.host_id},
      {"os.type", "linux"},
  };
  if (!service.name_space.empty()) attributes["service.namespace"] = service.name_space;
  return attributes;
}

/// Later sources win over earlier ones.
AttributeMap full_resource(const model::Service& service, const ResourceOptions& options) {
  auto attributes = base_attributes(service, options);
  for (const auto& [key, value] : service.metadata) attributes[key] = value;
  for (const auto& [key, value] : options.node_metadata) attributes[key] = value;
  attributes["service.instance.id"] = service.instance_id;
  for (const auto& [key, value] : options.environment) attributes[key] = value;
  return attributes;
}

model::Attributes kept(const AttributeMap& attributes, const AttributeSelection& selection) {
  model::Attributes result;
  for (const auto& [key, value] : attributes) {
    if (selection.keeps_resource_attribute(key))
      result.emplace_back(key, base::without_invalid_utf8(value));
  }
  return result;
}

std::string dotted(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', '.');
  return text;
}

}  // namespace

const std::string* find_metadata(const model::Service& service, std::string_view name) {
  const auto found = std::ranges::find_if(service.metadata,
                                          [&](const auto& entry) { return entry.first == name; });
  return found == service.metadata.end() ? nullptr : &found->second;
}

model::Attributes resource_attributes(const model::Service& service, const ResourceOptions& options,
                                      const AttributeSelection& selection) {
  return kept(full_resource(service, options), selection);
}

model::Attributes target_info_attributes(const model::Service& service,
                                         const ResourceOptions& options,
                                         const AttributeSelection& selection) {
  auto attributes = full_resource(service, options);
  attributes["instance"] = service.instance_id;
  attributes["job"] = service.job();
  return kept(attributes, selection);
}

model::Attributes target_info_labels(const model::Service& service, const ResourceOptions& options,
                                     const AttributeSelection& selection,
                                     const ActiveGroups& active) {
  auto known = base_attributes(service, options);
  known["instance"] = service.instance_id;
  known["job"] = service.job();
  known["source"] = "obi";

  AttributeMap labels;
  for (const auto name : kTargetLabels) labels.emplace(name, "");
  for (const AttributeGroup* const group : kMetadataGroups) {
    for (const auto& attribute : members_of(*group, active)) labels.emplace(attribute.name, "");
  }
  for (const auto& name : options.extra_labels) labels.emplace(dotted(name), "");
  for (auto& [name, value] : labels) {
    if (const auto own = known.find(name); own != known.end()) {
      value = own->second;
    } else if (const auto* metadata = find_metadata(service, name)) {
      value = *metadata;
    }
  }
  for (const auto& [key, value] : options.node_metadata) labels.emplace(key, value);
  return kept(labels, selection);
}

}  // namespace obi::metrics
