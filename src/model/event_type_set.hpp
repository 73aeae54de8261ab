// SPDX-License-Identifier: Apache-2.0
// A set of event types: what a metric is recorded for, what an exporter's `instrumentations`
// select. A value of one word, read per span. Immutable data, so any thread may read it.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

#include "model/event_type.hpp"

namespace obi::model {

/// Numbers of event types are below this.
inline constexpr std::size_t kEventTypeNumbers = 64;

class EventTypeSet {
 public:
  constexpr EventTypeSet() = default;
  constexpr EventTypeSet(std::initializer_list<EventType> types) {
    for (const EventType type : types) add(type);
  }
  static constexpr EventTypeSet all() {
    EventTypeSet every;
    for (const EventTypeInfo& info : kEventTypes) every.add(info.type);
    return every;
  }

  constexpr void add(EventType type) { bits_ |= bit(type); }
  [[nodiscard]] constexpr bool has(EventType type) const { return (bits_ & bit(type)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr EventTypeSet operator&(const EventTypeSet& other) const {
    EventTypeSet both;
    both.bits_ = bits_ & other.bits_;
    return both;
  }
  /// Those of this set that are not in the other.
  constexpr EventTypeSet operator-(const EventTypeSet& other) const {
    EventTypeSet rest;
    rest.bits_ = bits_ & ~other.bits_;
    return rest;
  }
  constexpr bool operator==(const EventTypeSet&) const = default;

 private:
  static constexpr std::uint64_t bit(EventType type) {
    return std::uint64_t{1} << static_cast<unsigned>(type) % kEventTypeNumbers;
  }
  std::uint64_t bits_ = 0;
};

/// The types whose selector is in a list of `instrumentations`, and those without selector; every
/// type if "*" or "all" is in it. What is no selector selects nothing.
EventTypeSet selected_types(std::span<const std::string> instrumentations);

}  // namespace obi::model
