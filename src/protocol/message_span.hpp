// SPDX-License-Identifier: Apache-2.0
// The span of one message that was published or delivered, the same for every messaging protocol.
// Pure functions.
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/conversation.hpp"

namespace obi::protocol {

inline constexpr std::string_view kPublish = "publish";
inline constexpr std::string_view kProcess = "process";

/// What is known of it. `system` and `operation` are static; the other texts are copied.
struct MessageSpan {
  model::EventType type = model::EventType::kNone;
  std::string_view system;
  std::string_view operation;
  std::string_view destination;  ///< empty if unknown
  std::string_view client_id;    ///< empty if unknown
  Completion completion;
  int status = 0;  ///< as the protocol numbers refusals
  std::int64_t envelope_bytes = model::MessagingCall::kUnknown;
};

void emit_message_span(const MessageSpan& message, const RequestIdentity& request, SpanSink& sink);

}  // namespace obi::protocol
