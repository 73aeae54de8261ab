// SPDX-License-Identifier: Apache-2.0
// Which traces leave. The parentbased_* forms act as their roots do, as in OBI: no parent's
// decision is known here.
#pragma once
#include <cstdint>

#include "model/service.hpp"
#include "model/trace_id.hpp"

namespace obi::exporting::otlp {

class TraceSampler {
 public:
  /// An unknown name or a ratio that is no number from 0 to 1 keeps everything.
  explicit TraceSampler(const model::Sampler& settings);
  [[nodiscard]] bool keeps(const model::TraceId& id) const;

 private:
  std::uint64_t bound_ = 0;  // of the id's lower 63 bits; kAll keeps everything
};

}  // namespace obi::exporting::otlp
