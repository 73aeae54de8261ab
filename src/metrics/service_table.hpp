// SPDX-License-Identifier: Apache-2.0
// What the aggregator must know of a service for each of its spans, worked out once. Not
// thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "metrics/series_key.hpp"
#include "model/service.hpp"

namespace obi::metrics {

/// What groups the series of one service: equal name, namespace and instance id. `service` is the
/// latest copy.
struct ServiceGroup {
  model::ServiceRef service;
  bool is_alive = false;                    ///< has processes
  std::vector<std::uint32_t> series_count;  ///< the aggregator's: overflow left out, by shape
};

struct ServiceFacts {
  model::ServiceRef service;
  std::shared_ptr<ServiceGroup> group;
  bool wants_metrics = false;    ///< its exports and features allow application metrics
  std::uint64_t used_in = 0;     ///< the table's generation when it was asked for last
  std::vector<ServiceKey> keys;  ///< the aggregator's: its part of series keys, by shape
};

/// Whether a list of metrics.features holds `application`, by that name or by "all" or "*".
bool has_application_feature(const std::vector<std::string>& features);

class ServiceTable {
 public:
  explicit ServiceTable(bool application_by_default)
      : application_by_default_(application_by_default) {}

  /// `service` must not be null. Allocates only for a service that was not seen before. Valid until
  /// `forget_unused`.
  ServiceFacts& facts_of(const model::ServiceRef& service);
  /// Drops what was not asked for since it was called last; it is worked out anew when it is.
  void forget_unused();

  /// Life of the processes, for target.info. The same service may be added again with richer
  /// metadata.
  void add_process(const model::ServiceRef& service, std::uint64_t now_unix_ns);
  void remove_process(const model::ServiceRef& service);
  /// The services with at least one process that wants metrics, ordered by identity.
  struct Alive {
    model::ServiceRef service;  ///< the latest copy
    std::uint64_t since_unix_ns = 0;
  };
  [[nodiscard]] std::vector<Alive> alive() const;
  /// Allocated for all services, about.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  using Identity = std::tuple<std::string, std::string, std::string>;  // name, namespace, instance
  struct Processes {
    Alive alive;
    std::set<std::uint32_t> pids;
  };
  static Identity identity_of(const model::Service& service);
  [[nodiscard]] bool wants_metrics(const model::Service& service) const;
  void set_alive(const model::Service& service, bool is_alive);
  std::shared_ptr<ServiceGroup> group_of(const model::ServiceRef& service);

  bool application_by_default_;
  std::uint64_t generation_ = 0;  // calls of `forget_unused`
  std::unordered_map<const model::Service*, ServiceFacts> facts_;
  std::map<Identity, std::weak_ptr<ServiceGroup>> groups_;
  std::map<Identity, Processes> processes_;
};

}  // namespace obi::metrics
