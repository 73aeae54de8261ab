// SPDX-License-Identifier: Apache-2.0
#include "pipeline/read_decorator/read_decorator.hpp"

namespace obi::pipeline {

void ReadDecorator::process(model::SpanBatch& batch) {
  std::uint32_t last_pid = 0;
  ServiceLookup::Found last;
  const std::size_t removed = std::erase_if(batch.spans, [&](model::Span& span) {
    const bool same = last.service && span.pid == last_pid && span.start_ns >= last.from_ns &&
                      span.start_ns < last.until_ns;
    if (!same) {
      last = services_.find(span.pid, span.start_ns);
      last_pid = span.pid;
    }
    span.service = last.service;
    return !span.service;
  });
  if (removed > 0) ledger_.add(model::Reason::SpansNoService, removed);
}

}  // namespace obi::pipeline
