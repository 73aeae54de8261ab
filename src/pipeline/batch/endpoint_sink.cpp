// SPDX-License-Identifier: Apache-2.0
#include "pipeline/batch/endpoint_sink.hpp"

#include <array>

namespace obi::pipeline {

protocol::RequestIdentity EndpointSink::begin(const protocol::RequestOrigin& origin,
                                              std::uint64_t count) {
  if (count > 0) batcher_.ledger().add(model::Reason::RequestsSeen, count);
  return protocol::identify(origin, batcher_.ids());
}

model::Span& EndpointSink::add_span(model::EventType type) {
  model::Span& span = batcher_.add_span(type);
  const bool client = span.is_client();
  span.client = client ? local_ : remote_;
  span.server = client ? remote_ : local_;
  return span;
}

void EndpointSink::note(Note what, std::uint64_t count) {
  using model::Reason;
  static constexpr std::array kReasonOf = {
      Reason::RequestsSeen,      Reason::RequestsNoResponse,  Reason::RequestsLostResponse,
      Reason::RequestsUpgraded,  Reason::RequestsOverflow,    Reason::RequestsOpen,
      Reason::HeadsTruncated,    Reason::HeadsMalformed,      Reason::ResponsesUnpaired,
      Reason::MessagesMalformed, Reason::MessagesUnsupported, Reason::StatementsUnknown,
      Reason::RequestsUnreadable};
  static_assert(kReasonOf.size() == static_cast<std::size_t>(Note::RequestUnreadable) + 1);
  batcher_.ledger().add(kReasonOf[static_cast<std::size_t>(what)], count);
}

}  // namespace obi::pipeline
