// SPDX-License-Identifier: Apache-2.0
// What the files of the catalogue share: groups of attributes of several features, and the kinds of
// histograms. Constant data.
#pragma once
#include <algorithm>
#include <array>

#include "metrics/catalogue.hpp"
#include "model/attributes_service.hpp"

namespace obi::metrics {

inline constexpr std::array kServiceNames = {KnownAttribute{"service.name"},
                                             KnownAttribute{"service.namespace"}};
inline constexpr std::array kPrometheusNames = {KnownAttribute{"instance"}, KnownAttribute{"job"}};
inline constexpr auto kKubernetesNames = [] {
  std::array<KnownAttribute, model::kKubernetesAttributes.size()> names;
  std::ranges::transform(model::kKubernetesAttributes, names.begin(),
                         [](const auto& row) { return KnownAttribute{row.name}; });
  return names;
}();
inline constexpr std::array kContainerNames = {KnownAttribute{"container.id", false},
                                               KnownAttribute{"container.name"}};
inline constexpr std::array kServerNames = {KnownAttribute{"client.address", false},
                                            KnownAttribute{"server.address"},
                                            KnownAttribute{"server.port"}};
inline constexpr std::array kServerAddressNames = {KnownAttribute{"server.address"}};

inline constexpr AttributeGroup kService = {kServiceNames};
inline constexpr AttributeGroup kPrometheus = {kPrometheusNames, &ActiveGroups::prometheus};
inline constexpr AttributeGroup kKubernetes = {kKubernetesNames, &ActiveGroups::kubernetes};
inline constexpr AttributeGroup kContainer = {kContainerNames, &ActiveGroups::container};
inline constexpr AttributeGroup kServer = {kServerNames};
inline constexpr AttributeGroup kServerAddress = {kServerAddressNames};

/// What every metric of spans has, and the groups of its own.
template <const AttributeGroup&... kOwn>
inline constexpr std::array kGroups = {&kService, &kPrometheus, &kKubernetes, &kContainer,
                                       &kOwn...};

constexpr MetricInfo duration(MetricInfo info) {
  info.type = model::MetricType::kHistogram;
  info.unit = "s";
  info.buckets = BucketKind::kDuration;
  info.measure = Measure::kDuration;
  return info;
}
constexpr MetricInfo request_size(MetricInfo info) {
  info.type = model::MetricType::kHistogram;
  info.unit = "By";
  info.buckets = BucketKind::kRequestSize;
  info.measure = Measure::kRequestBytes;
  return info;
}
constexpr MetricInfo response_size(MetricInfo info) {
  info.type = model::MetricType::kHistogram;
  info.unit = "By";
  info.buckets = BucketKind::kResponseSize;
  info.measure = Measure::kResponseBytes;
  return info;
}

}  // namespace obi::metrics
