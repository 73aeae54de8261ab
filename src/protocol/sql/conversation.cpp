// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/conversation.hpp"

#include <algorithm>

#include "protocol/sql/options.hpp"
#include "protocol/sql/statement_span.hpp"
#include "protocol/unanswered.hpp"

namespace obi::protocol::sql {
namespace {

constexpr std::uint64_t kAnswerIsOverNs = 1'000'000'000;  // when nothing more of it has come

}  // namespace

Match detect(const FirstBytes& first_bytes) {
  // Before the first statement a client logs in; the classifier bounds how long that may take.
  if (first_bytes.client.bytes.empty() || first_bytes.server.bytes.empty()) return Match::kMaybe;
  if (!find_sql(text_of(first_bytes.client.bytes)).empty()) return Match::kYes;
  return first_bytes.client.bytes.size() < FirstBytes::kMaxBytes ? Match::kMaybe : Match::kNo;
}

std::unique_ptr<ProtocolState> open(const ProtocolOptions& options) {
  return options.get<Options>().heuristic ? std::make_unique<ProtocolState>() : nullptr;
}

ChunkResult SqlConversation::on_chunk(const Chunk& chunk, SpanSink& sink) {
  chunk.direction == client_direction_ ? on_client(chunk, sink) : on_server(chunk, sink);
  return ChunkResult::Message;
}

void SqlConversation::on_client(const Chunk& chunk, SpanSink& sink) {
  if (state_ == State::kAnswered) end_request(sink);
  if (state_ == State::kIdle) {
    state_ = State::kAsked;
    RequestOrigin origin{
        .start_ns = chunk.start_ns, .task = chunk.task, .context = {}, .own_span_id = {}};
    if (chunk.context != nullptr) origin.set_kernel_context(*chunk.context);
    identity_ = {origin, {}};
  }
  request_bytes_ += chunk.bytes.size() + chunk.missing_bytes;
  const std::size_t room = kKeptBytes - std::min(kKeptBytes, request_.size());
  request_ += text_of(chunk.bytes.first(std::min(room, chunk.bytes.size())));
}

void SqlConversation::on_server(const Chunk& chunk, SpanSink& sink) {
  if (state_ == State::kAsked) {
    if (!statement_.set_found(request_)) return forget();
    request_.clear();  // it holds values
    state_ = State::kAnswered;
    identity_ = sink.begin(identity_);
  }
  if (state_ != State::kAnswered) return;
  response_bytes_ += chunk.bytes.size() + chunk.missing_bytes;
  end_ns_ = chunk.end_ns;
}

void SqlConversation::on_gap(model::Direction direction, std::uint64_t, SpanSink& sink) {
  // A request that was begun is not whole; an answer that has begun stays one.
  if (direction == client_direction_ && state_ == State::kAnswered) return end_request(sink);
  if (state_ == State::kAsked) forget();
}

void SqlConversation::on_close(const Closing& closing, SpanSink& sink) {
  if (state_ == State::kAnswered) return end_request(sink);
  if (state_ == State::kAsked && statement_.set_found(request_)) end_unanswered(closing, sink);
  forget();
}

void SqlConversation::end_unanswered(const Closing& closing, SpanSink& sink) {
  identity_ = sink.begin(identity_);
  if (closing.is_forgotten()) return sink.note(SpanSink::Note::RequestOpen);
  Unanswered open(closing, client_direction_ == model::Direction::kSend, 0, sink);
  open.end(identity_.start_ns, 1,
           [this](std::uint64_t end_ns, SpanSink& failed) { emit_span(end_ns, failed); });
}

void SqlConversation::on_tick(std::uint64_t now_ns, SpanSink& sink) {
  if (state_ == State::kAnswered && now_ns > end_ns_ + kAnswerIsOverNs) end_request(sink);
}

void SqlConversation::end_request(SpanSink& sink) {
  emit_span(end_ns_, sink);
  forget();
}

void SqlConversation::emit_span(std::uint64_t end_ns, SpanSink& sink) {
  const bool client = client_direction_ == model::Direction::kSend;
  const auto [span, call] = emit_statement_span(
      client, identity_,
      {.end_ns = end_ns, .request_bytes = request_bytes_, .response_bytes = response_bytes_}, sink);
  set_statement(statement_.copy(sink.arena()), span, call);
  call.system = "other_sql";
}

void SqlConversation::forget() {
  state_ = State::kIdle;
  request_.clear();
  request_bytes_ = response_bytes_ = 0;
}

}  // namespace obi::protocol::sql
