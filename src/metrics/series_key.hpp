// SPDX-License-Identifier: Apache-2.0
// What distinguishes the series of metrics that share their attributes: a part that is the same for
// every span of a service, worked out once per service, and a part that each span brings.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "metrics/span_value.hpp"

namespace obi::metrics {

struct ServiceGroup;

/// Omitted, text or a number; the kept form of an AttributeView.
using SeriesValue = std::variant<std::monostate, std::string, std::int64_t>;

SeriesValue kept(const AttributeView& value);

/// Made by the table in which it is looked up (SeriesTable::service_key).
struct ServiceKey {
  std::vector<SeriesValue> values;
  std::uint64_t hash = 0;
  std::uint64_t id = 0;  ///< never given twice, never 0: who has the same id has the same values
};

/// Views: valid only for the look-up.
struct SeriesKey {
  const ServiceGroup* group = nullptr;  ///< null: series are not kept apart by service
  const ServiceKey* service = nullptr;  ///< null only with `overflow`
  std::span<const AttributeView> span_values;
  bool overflow = false;  ///< the series of everything beyond the limit; has no values
};

}  // namespace obi::metrics
