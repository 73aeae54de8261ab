// SPDX-License-Identifier: Apache-2.0
// The configuration of the protocols: each that has options has a struct of its own in
// <protocol>/options.hpp, and they are kept by type, so that nothing in common names a protocol.
#pragma once
#include <any>
#include <typeindex>
#include <unordered_map>
#include <utility>

namespace obi::protocol {

class ProtocolOptions {
 public:
  /// Replaces the options of that type.
  template <typename Options>
  ProtocolOptions& set(Options options) {
    by_type_.insert_or_assign(std::type_index(typeid(Options)), std::move(options));
    return *this;
  }
  /// The defaults if they weren't set. Valid until the next set().
  template <typename Options>
  [[nodiscard]] const Options& get() const {
    static const Options kDefaults;
    const auto found = by_type_.find(std::type_index(typeid(Options)));
    return found == by_type_.end() ? kDefaults : *std::any_cast<Options>(&found->second);
  }

 private:
  std::unordered_map<std::type_index, std::any> by_type_;
};

}  // namespace obi::protocol
