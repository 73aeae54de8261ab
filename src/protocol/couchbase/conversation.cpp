// SPDX-License-Identifier: Apache-2.0
#include "protocol/couchbase/conversation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/byte_cursor.hpp"
#include "protocol/couchbase/operation.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::couchbase {
namespace {

using Note = SpanSink::Note;
using memcached::key_of;
using memcached::parse_frame;
using memcached::value_of;

constexpr std::size_t kKeptBytes = 1024;       // header, framing, extras, key; a list of features
constexpr std::size_t kMaxCollections = 1024;  // that one connection remembers
constexpr std::size_t kMaxName = 512;          // of a bucket; of a scope and a collection
constexpr std::size_t kTypicalText = 64;       // a key on the heap, for the account of memory
constexpr std::uint16_t kCollectionsFeature = 0x12;
// Clients time out after seconds; an answer that is later was lost.
constexpr std::uint64_t kMaxWaitNs = 75'000'000'000;

bool is_magic_of(PeerRole from, std::uint8_t magic) {
  using F = memcached::Frame;
  return from == PeerRole::kClient
             ? magic == F::kRequest || magic == F::kFlexibleRequest || magic == F::kServerResponse
             : magic == F::kResponse || magic == F::kFlexibleResponse || magic == F::kServerRequest;
}

// Which of the features that the client asked for the server has agreed to.
bool has_collections(std::string_view features) {
  base::ByteCursor cursor(std::as_bytes(std::span(features)));
  while (cursor.left() >= 2) {
    if (cursor.big<std::uint16_t>() == kCollectionsFeature) return true;
  }
  return false;
}

// Requests whose answer changes the connection's state.
bool sets_up(std::uint8_t opcode) {
  return opcode == kHello || opcode == kSelectBucket || opcode == kGetCollectionId;
}

}  // namespace

CouchbaseConversation::CouchbaseConversation(const ConversationStart& start)
    : MessageConversation(start, kKeptBytes),
      collections_(start.mid_life ? Collections::kUnknown : Collections::kOff) {}

MessageConversation::Size CouchbaseConversation::measure(PeerRole from,
                                                         std::span<const std::byte> bytes) {
  const auto frame = parse_frame(bytes);
  if (!frame) return std::unexpected(frame.error());
  if (!is_magic_of(from, frame->magic)) return std::unexpected(ParseError::NotThisProtocol);
  return frame->size();
}

void CouchbaseConversation::on_message(const Message& message, SpanSink& sink) {
  if (std::exchange(needs_stream_, false)) sink.request_stream();
  const auto frame = parse_frame(message.bytes);
  if (!frame || !is_client()) return;
  const bool is_request =
      frame->magic == Frame::kRequest || frame->magic == Frame::kFlexibleRequest;
  const bool is_response =
      frame->magic == Frame::kResponse || frame->magic == Frame::kFlexibleResponse;
  if (is_request) on_request(message, *frame, sink);
  if (is_response) on_response(message, *frame, sink);
}

void CouchbaseConversation::on_request(const Message& message, const Frame& frame, SpanSink& sink) {
  if (frame.opcode == kDcpOpen) return leave(sink);  // a stream of changes
  const Operation operation = operation_of(frame.opcode);
  const bool is_document = !operation.name.empty();
  if (!is_document && !sets_up(frame.opcode)) return;
  Request request{.identity = {message.take_origin(), {}},
                  .opcode = frame.opcode,
                  .bytes = message.size,
                  .name = {}};
  const std::string_view key = key_of(frame, message.bytes);
  if (is_document) read_document(key, request);
  if (frame.opcode == kSelectBucket) request.name = key.substr(0, kMaxName);
  if (frame.opcode == kGetCollectionId) {
    const std::string_view value = value_of(frame, message.bytes);
    request.name = (value.empty() ? key : value).substr(0, kMaxName);
  }
  if (operation.is_quiet) {
    request.identity = sink.begin(request.identity);
    return emit_span(request, {.end_ns = message.end_ns, .bytes = 0, .status = 0}, sink);
  }
  if (Request* const slot =
          requests_.push(frame.opaque, request.identity, is_document ? 1 : 0, sink)) {
    request.identity = slot->identity;
    *slot = std::move(request);
  }
}

// A document's key comes behind the number of its collection (unsigned LEB128), if collections are
// in use; the default collection has number 0.
void CouchbaseConversation::read_document(std::string_view key, Request& request) const {
  base::ByteCursor cursor(std::as_bytes(std::span(key)));
  const bool looks_prefixed = collections_ == Collections::kUnknown && key.starts_with('\0');
  if (collections_ == Collections::kOn || looks_prefixed) {
    const std::uint64_t collection = cursor.varint();
    if (cursor.ok() && collection <= UINT32_MAX) {
      request.has_collection = true;
      request.collection = static_cast<std::uint32_t>(collection);
      key = text_of(cursor.rest());
    }
  }
  request.name = key;
}

void CouchbaseConversation::on_response(const Message& message, const Frame& frame,
                                        SpanSink& sink) {
  const Request* const waiting = requests_.find(frame.opaque);
  if (waiting == nullptr || waiting->opcode != frame.opcode) {
    const Operation operation = operation_of(frame.opcode);
    if (!operation.name.empty() && !operation.is_quiet) sink.note(Note::ResponseUnpaired);
    return;
  }
  const auto request = requests_.take(frame.opaque);
  if (sets_up(frame.opcode)) return learn(*request, frame, message.bytes);
  emit_span(*request, {.end_ns = message.end_ns, .bytes = message.size, .status = frame.status},
            sink);
}

void CouchbaseConversation::learn(const Request& request, const Frame& frame,
                                  std::span<const std::byte> bytes) {
  if (!is_success(frame.status)) return;
  if (frame.opcode == kHello) {
    collections_ = has_collections(value_of(frame, bytes)) ? Collections::kOn : Collections::kOff;
  } else if (frame.opcode == kSelectBucket) {
    bucket_ = request.name;
    names_.clear();
  } else if (names_.size() < kMaxCollections) {
    base::ByteCursor cursor(bytes);
    cursor.skip(memcached::kFrameHeaderBytes + frame.frame_bytes + 8);  // the manifest's id
    const auto collection = cursor.big<std::uint32_t>();
    if (cursor.ok() && frame.extras_bytes == 12) names_[collection] = request.name;
  }
}

void CouchbaseConversation::emit_span(const Request& request, const Outcome& outcome,
                                      SpanSink& sink) {
  model::Span& span = sink.emit_span(
      model::EventType::kCouchbaseClient, request.identity,
      {.end_ns = outcome.end_ns, .request_bytes = request.bytes, .response_bytes = outcome.bytes});
  base::Arena& arena = sink.arena();
  auto& call = arena.make<model::DatabaseCall>();
  call.system = "couchbase";
  call.name_space = clean_copy(bucket_, arena);
  span.method = operation_of(request.opcode).name;
  if (request.has_collection) {
    const auto found = names_.find(request.collection);
    if (found != names_.end()) span.path = clean_copy(found->second, arena);
    if (found == names_.end() && request.collection == 0) span.path = "_default._default";
  }
  std::array<char, 64> prefix{};
  const auto end = fmt::format_to_n(prefix.data(), prefix.size(), "{} ", span.method).out;
  call.query_text = arena.join({prefix.data(), static_cast<std::size_t>(end - prefix.data())},
                               clean_copy(request.name, arena));
  if (!is_success(outcome.status)) {
    span.status = 1;
    call.error_code = decimal(outcome.status, arena);
    call.error_message = status_name(outcome.status);
  }
  span.database = &call;
}

bool CouchbaseConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const auto frame = parse_frame(bytes);
  if (!frame || !is_magic_of(from, frame->magic)) return false;
  if (from == PeerRole::kClient) return is_document_request(*frame) || is_own_request(*frame);
  const Request* const waiting = requests_.find(frame->opaque);
  return waiting != nullptr && waiting->opcode == frame->opcode;
}

void CouchbaseConversation::on_unanswered(Unanswered& open, SpanSink&) {
  requests_.end_all(open, [this](const Request& request, std::uint64_t end_ns, SpanSink& failed) {
    emit_span(request, {.end_ns = end_ns, .bytes = 0, .status = 0}, failed);
  });
}

void CouchbaseConversation::abandon(SpanSink::Note why, std::uint64_t, SpanSink& sink) {
  requests_.abandon(why, sink);
}

void CouchbaseConversation::on_time(std::uint64_t now_ns, bool, SpanSink& sink) {
  if (now_ns > kMaxWaitNs)
    requests_.abandon_before(now_ns - kMaxWaitNs, Note::RequestLostResponse, sink);
}

std::size_t CouchbaseConversation::state_bytes() const {
  return requests_.held_bytes() + requests_.size() * kTypicalText +
         names_.capacity() * (sizeof(std::pair<std::uint32_t, std::string>) + 1) + bucket_.size();
}

}  // namespace obi::protocol::couchbase
