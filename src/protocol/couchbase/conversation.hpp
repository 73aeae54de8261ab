// SPDX-License-Identifier: Apache-2.0
// A client of Couchbase's key-value service on one connection (memcached's binary framing with what
// kv_engine adds to it). Each operation on a document is a span; what sets up a connection is none,
// but names bucket and collections. A server's end has no spans.
//
// Answers are paired by their opaque, so that lost bytes cost only the messages in them; every byte
// is asked for. A quiet operation ends with its own last byte: an answer to it isn't waited for.
#pragma once
#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "protocol/by_id.hpp"
#include "protocol/memcached/frame.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::couchbase {

/// See protocol/table.hpp: requests that memcached has not, or an operation on a document of a
/// vbucket and its answer.
Match detect(const FirstBytes& first_bytes);

class CouchbaseConversation final : public MessageConversation {
 public:
  explicit CouchbaseConversation(const ConversationStart& start);
  [[nodiscard]] bool has_open_request() const override { return !requests_.empty(); }

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override {}
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  using Frame = memcached::Frame;
  struct Request {
    RequestIdentity identity;
    std::uint8_t opcode = 0;
    std::uint64_t bytes = 0;
    std::string name;  // document, bucket or collection
    std::uint32_t collection = 0;
    bool has_collection = false;
  };
  struct Outcome {
    std::uint64_t end_ns = 0;
    std::uint64_t bytes = 0;
    std::uint16_t status = 0;
  };

  void on_request(const Message& message, const Frame& frame, SpanSink& sink);
  void on_response(const Message& message, const Frame& frame, SpanSink& sink);
  void read_document(std::string_view key, Request& request) const;
  void learn(const Request& request, const Frame& frame, std::span<const std::byte> bytes);
  void emit_span(const Request& request, const Outcome& outcome, SpanSink& sink);

  enum class Collections : std::uint8_t { kUnknown, kOff, kOn };
  bool needs_stream_ = true;
  Collections collections_;
  std::string bucket_;
  ById<std::uint32_t, Request> requests_;
  absl::flat_hash_map<std::uint32_t, std::string> names_;  // of collections, by id
};

}  // namespace obi::protocol::couchbase
