// SPDX-License-Identifier: Apache-2.0
#include "model/event_type_set.hpp"

#include <algorithm>

namespace obi::model {

static_assert(std::ranges::all_of(kEventTypes, [](const EventTypeInfo& info) {
  return static_cast<std::size_t>(info.type) < kEventTypeNumbers;
}));

EventTypeSet selected_types(std::span<const std::string> instrumentations) {
  const auto listed = [&](std::string_view name) {
    return std::ranges::find(instrumentations, name) != instrumentations.end();
  };
  if (listed("*") || listed("all")) return EventTypeSet::all();
  EventTypeSet selected;
  for (const EventTypeInfo& info : kEventTypes) {
    if (info.instrumentation.empty() || listed(info.instrumentation)) selected.add(info.type);
  }
  return selected;
}

}  // namespace obi::model
