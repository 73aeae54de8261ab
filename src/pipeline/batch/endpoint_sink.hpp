// SPDX-License-Identifier: Apache-2.0
// The sink of what makes spans between two endpoints: a connection, or an attempt at one. Each has
// its own; all put their spans into the same batcher. Not thread-safe.
#pragma once
#include <cstdint>

#include "model/address.hpp"
#include "pipeline/batch/span_batcher.hpp"
#include "protocol/conversation.hpp"

namespace obi::pipeline {

class EndpointSink : public protocol::SpanSink {
 public:
  /// The endpoints outlive the sink; what they are when a span is made is what it says.
  EndpointSink(SpanBatcher& batcher, const model::Endpoint& local, const model::Endpoint& remote)
      : batcher_(batcher), local_(local), remote_(remote) {}

  protocol::RequestIdentity begin(const protocol::RequestOrigin& origin,
                                  std::uint64_t count) override;
  model::Span& add_span(model::EventType type) override;
  base::Arena& arena() override { return batcher_.arena(); }
  void note(Note what, std::uint64_t count) override;
  /// No bytes are captured for it.
  void request_stream() override {}

 private:
  SpanBatcher& batcher_;
  const model::Endpoint& local_;
  const model::Endpoint& remote_;
};

}  // namespace obi::pipeline
