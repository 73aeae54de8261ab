// SPDX-License-Identifier: Apache-2.0
// A stage between the connection tracker and the exporters: changes or removes the spans of a batch
// in place. All stages run one after another on the pipeline thread; a stage that is switched off
// is not built.
#pragma once
#include <string_view>

#include "model/span.hpp"

namespace obi::pipeline {

class Stage {
 public:
  virtual ~Stage() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  virtual void process(model::SpanBatch& batch) = 0;
};

}  // namespace obi::pipeline
