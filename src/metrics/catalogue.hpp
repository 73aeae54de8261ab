// SPDX-License-Identifier: Apache-2.0
// The one table of metrics, a file per feature (catalogue_<feature>.cpp): names in both worlds,
// units, buckets, attributes and what is recorded for which span. The OTLP and the Prometheus
// exporter, the attribute selection and the documentation all read it. Constant data.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "metrics/attribute_selection.hpp"
#include "model/event_type_set.hpp"
#include "model/metric.hpp"

namespace obi::metrics {

/// Which list of bucket bounds (`*.buckets.*`) a histogram takes.
enum class BucketKind : std::uint8_t { kNone, kDuration, kRequestSize, kResponseSize };

/// Which number of a span is recorded.
enum class Measure : std::uint8_t {
  kNone,      ///< not from spans
  kDuration,  ///< seconds from when the request reached the process to the end of the response
  kRequestBytes,
  kResponseBytes,
};

/// Groups that exist only in some deployments.
struct ActiveGroups {
  bool prometheus = false;
  bool kubernetes = false;
  bool container = false;  ///< Docker, and not Kubernetes
  bool http_route = true;  ///< a `routes` section exists
};

/// A set of attributes that metrics share (catalogue_groups.hpp, or a feature's own).
struct AttributeGroup {
  std::span<const KnownAttribute> attributes;
  bool ActiveGroups::* is_active = nullptr;  ///< null: always
};

struct MetricInfo {
  std::string_view name;  ///< OpenTelemetry; also the section of attributes.select
  std::string_view prometheus_name;
  std::string_view unit;  ///< UCUM; empty for none
  std::string_view description;
  model::MetricType type;
  BucketKind buckets = BucketKind::kNone;
  Measure measure = Measure::kNone;
  model::EventTypeSet recorded_for;  ///< those of them that `instrumentations` select
  std::string_view method;           ///< only of spans whose method it is; empty = of all
  std::span<const AttributeGroup* const> groups;
  bool integer = false;  ///< counters and gauges: their points are whole numbers
};

/// The metrics of feature `application` that are recorded for spans.
std::span<const MetricInfo> span_metrics();
/// target.info: one per service, for as long as it lives.
const MetricInfo& target_info();

/// The attributes of a group; none if the group is not active.
std::span<const KnownAttribute> members_of(const AttributeGroup& group, const ActiveGroups& active);
/// What `metric` can carry when `active` says which groups there are.
std::vector<KnownAttribute> known_attributes(const MetricInfo& metric, const ActiveGroups& active);

}  // namespace obi::metrics
