// SPDX-License-Identifier: Apache-2.0
#include "protocol/toy/conversation.hpp"

#include <algorithm>

#include "protocol/span_text.hpp"

namespace obi::protocol::toy {
namespace {

constexpr std::string_view kMagic = "\xf5TOY";
constexpr std::size_t kHeaderBytes = kMagic.size() + 1;

// Of a message, or of as much as is there.
Match begins(std::string_view text) {
  if (text.empty() || !kMagic.starts_with(text.substr(0, kMagic.size()))) return Match::kNo;
  return text.size() < kMagic.size() ? Match::kMaybe : Match::kYes;
}

std::string_view content_of(const Message& message) {
  const std::string_view text = text_of(message.bytes);
  return text.substr(std::min(kHeaderBytes, text.size()));
}

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

}  // namespace

Match detect(const FirstBytes& first_bytes) { return begins(text_of(first_bytes.client.bytes)); }

MessageConversation::Size ToyConversation::measure(PeerRole, std::span<const std::byte> bytes) {
  if (begins(text_of(bytes)) == Match::kNo) return std::unexpected(ParseError::NotThisProtocol);
  if (bytes.size() < kHeaderBytes) return std::unexpected(ParseError::Truncated);
  return kHeaderBytes + std::to_integer<std::uint64_t>(bytes[kMagic.size()]);
}

bool ToyConversation::resumes(PeerRole, std::span<const std::byte> bytes) {
  return begins(text_of(bytes)) == Match::kYes;
}

void ToyConversation::on_message(const Message& message, SpanSink& sink) {
  if (!is_client()) return;
  if (message.from == PeerRole::kClient) {
    Request* request = requests_.push(message.take_origin(), true, sink);
    if (request == nullptr) return;
    request->bytes = message.size;
    request->text = content_of(message);
    return;
  }
  if (requests_.empty()) return sink.note(SpanSink::Note::ResponseUnpaired);
  emit_span(requests_.front(), content_of(message),
            {.end_ns = message.end_ns,
             .request_bytes = requests_.front().bytes,
             .response_bytes = message.size},
            sink);
  requests_.pop();
}

void ToyConversation::emit_span(const Request& request, std::string_view answer,
                                const Completion& completion, SpanSink& sink) {
  model::Span& span = sink.emit_span(model::EventType::kToyClient, request.identity, completion);
  std::string_view words = request.text;
  span.method = clean_copy(take_word(words), sink.arena());
  span.path = clean_copy(take_word(words), sink.arena());
  span.status = answer == "ok" ? 0 : 1;
  auto& call = sink.arena().make<model::DatabaseCall>();
  call.system = "toy";
  call.toy_colour = clean_copy(take_word(words), sink.arena());
  span.database = &call;
}

void ToyConversation::on_unanswered(Unanswered& open, SpanSink&) {
  requests_.end_all(open, [](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, "ok", {.end_ns = end_ns, .request_bytes = request.bytes}, failed);
  });
}

void ToyConversation::abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) {
  requests_.abandon(why, sink);
}

void ToyConversation::on_time(std::uint64_t, bool quiet, SpanSink&) {
  if (quiet) requests_.settle();
}

}  // namespace obi::protocol::toy
