// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/failed_connect.hpp"

#include "pipeline/batch/endpoint_sink.hpp"

namespace obi::pipeline {

void add_failed_connect(const model::ConnectFailed& failed, SpanBatcher& batcher) {
  EndpointSink sink(batcher, failed.local, failed.remote);
  const auto request = sink.begin(
      {.start_ns = failed.start_ns, .task = {.pid = failed.pid}, .context = {}, .own_span_id = {}},
      1);
  model::Span& span =
      sink.emit_span(model::EventType::kFailedConnect, request, {.end_ns = failed.end_ns});
  span.status = failed.error;
  batcher.flush_if_full();
}

}  // namespace obi::pipeline
