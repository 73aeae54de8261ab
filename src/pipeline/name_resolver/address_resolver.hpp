// SPDX-License-Identifier: Apache-2.0
// One link of the chain that names addresses: one source of names, with a cache and limits of its
// own. Used on the pipeline thread alone.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "model/address.hpp"

namespace obi::pipeline {

/// Texts live in the arena that `resolve` was given.
struct AddressName {
  std::string_view name;        ///< never empty
  std::string_view name_space;  ///< of the service behind the address; empty = unknown
};

class AddressResolver {
 public:
  virtual ~AddressResolver() = default;
  using Clock = std::chrono::steady_clock;

  /// Unset: it has no name, or not yet; then the next link is asked. Must not block: what takes
  /// long is looked up elsewhere, for the spans that come later. `address` is never unspecified;
  /// `now` is that of the batch.
  [[nodiscard]] virtual std::optional<AddressName> resolve(const model::IpAddress& address,
                                                           Clock::time_point now,
                                                           base::Arena& arena) = 0;
};

/// Asked in this order; the first that has a name names the address.
using AddressResolvers = std::vector<std::unique_ptr<AddressResolver>>;

}  // namespace obi::pipeline
