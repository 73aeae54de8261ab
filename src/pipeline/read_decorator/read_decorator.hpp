// SPDX-License-Identifier: Apache-2.0
// First stage: sets the service of every span. Runs on the pipeline thread; not thread-safe.
#pragma once
#include <cstdint>

#include "model/ledger.hpp"
#include "pipeline/stage.hpp"

namespace obi::pipeline {

/// Where services are looked up; thread-safe.
class ServiceLookup {
 public:
  virtual ~ServiceLookup() = default;
  struct Found {
    model::ServiceRef service;                   ///< null: the process is not instrumented
    std::uint64_t from_ns = 0;                   ///< it holds from then …
    std::uint64_t until_ns = ~std::uint64_t{0};  ///< … until before then
  };
  /// The service that the process was of at that time (CLOCK_MONOTONIC).
  [[nodiscard]] virtual Found find(std::uint32_t pid, std::uint64_t ns) const = 0;
};

class ReadDecorator final : public Stage {
 public:
  ReadDecorator(const ServiceLookup& services, model::Ledger& ledger)
      : services_(services), ledger_(ledger) {}

  [[nodiscard]] std::string_view name() const override { return "read_decorator"; }
  /// Spans of processes that are not instrumented (any more) are removed and counted as filtered.
  void process(model::SpanBatch& batch) override;

 private:
  const ServiceLookup& services_;
  model::Ledger& ledger_;
};

}  // namespace obi::pipeline
