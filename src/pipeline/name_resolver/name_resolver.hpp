// SPDX-License-Identifier: Apache-2.0
// Gives the two ends of a span names instead of addresses: by the chain of address resolvers, then
// the host that a client asked for, then the service itself. `process` runs on the pipeline thread.
#pragma once
#include <optional>
#include <string_view>

#include "pipeline/name_resolver/address_resolver.hpp"
#include "pipeline/stage.hpp"

namespace obi::pipeline {

/// Without the final dot, ".svc.cluster.local", the span's own namespace as suffix, and the address
/// of a pod as first label ("10-1-0-7.").
std::string_view clean_name(std::string_view name, std::string_view name_space);

class NameResolver final : public Stage {
 public:
  explicit NameResolver(AddressResolvers chain);

  [[nodiscard]] std::string_view name() const override { return "name_resolver"; }
  void process(model::SpanBatch& batch) override;

 private:
  struct Moment {
    AddressResolver::Clock::time_point now;
    base::Arena& arena;
  };
  void resolve(model::Span& span, const Moment& moment);
  std::optional<AddressName> find(const model::IpAddress& address, std::string_view own_namespace,
                                  const Moment& moment);
  AddressResolvers chain_;
};

}  // namespace obi::pipeline
