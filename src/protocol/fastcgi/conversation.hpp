// SPDX-License-Identifier: Apache-2.0
// A FastCGI connection, on TCP or AF_UNIX: each request of it is an HTTP request, at the web server
// a client's span, at the application (php-fpm) a server's. Method, target, host and trace context
// come from FCGI_PARAMS, the status from the head of FCGI_STDOUT; FCGI_STDERR is a log and says
// nothing of success. A request whose application ended without a head has status 0.
//
// Answers name their request's id. An answer that is longer than what is captured ends unseen: with
// a tail that ends a request, the end of the stream, or the next request, whichever comes first;
// its time is then that of its last bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/fastcgi/record.hpp"
#include "protocol/http1/state.hpp"
#include "protocol/message_conversation.hpp"
#include "protocol/table.hpp"

namespace obi::protocol::fastcgi {

Match detect(const FirstBytes& first_bytes);

class FastcgiConversation final : public MessageConversation {
 public:
  using Shared = http1::State;
  FastcgiConversation(const Shared& shared, const ConversationStart& start)
      : MessageConversation(start),
        methods_(shared.methods),
        request_timeout_ns_(shared.request_timeout_ns) {}

  void on_end_of_stream(model::Direction direction, std::uint64_t ns, SpanSink& sink) override;
  [[nodiscard]] bool has_open_request() const override;

 protected:
  Size measure(PeerRole from, std::span<const std::byte> bytes) override;
  void on_message(const Message& message, SpanSink& sink) override;
  void on_lost(PeerRole from, SpanSink& sink) override;
  bool resumes(PeerRole from, std::span<const std::byte> bytes) override;
  bool on_missing(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                  std::uint64_t end_ns, SpanSink& sink) override;
  bool ends_loss(PeerRole from, std::uint64_t count, std::span<const std::byte> tail,
                 std::uint64_t end_ns, SpanSink& sink) override;
  void on_unanswered(Unanswered& open, SpanSink& sink) override;
  void abandon(SpanSink::Note why, std::uint64_t ns, SpanSink& sink) override;
  void on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) override;
  [[nodiscard]] std::size_t state_bytes() const override;

 private:
  /// A slot of `requests_`, used again so that its strings keep their memory.
  struct Request {
    bool is_open = false;
    bool has_params = false;    // all that come are there
    bool expects_span = false;  // not any more once it timed out
    bool end_lost = false;      // its end may have been among bytes that were not captured
    bool https = false;
    std::uint16_t id = 0;
    int status = 0;
    bool has_head = false;
    RequestIdentity identity;        // has its ids once its parameters are known
    std::uint64_t sent_bytes = 0;    // of the body
    std::uint64_t output_bytes = 0;  // of FCGI_STDOUT
    std::uint64_t head_bytes = 0;    // of them
    std::string params;              // until they are read
    std::string head;                // until it is read
    std::string method;              // as sent; empty: it isn't HTTP
    std::string target;
    std::string host;
  };

  void on_client_record(const RecordHeader& header, const Message& message, SpanSink& sink);
  void on_server_record(const RecordHeader& header, const Message& message, SpanSink& sink);
  void begin(const RecordHeader& header, const Message& message, SpanSink& sink);
  static void read_params(Request& request, SpanSink& sink);
  /// Of parameters that aren't kept as they are.
  struct Params {
    std::string_view script;
    std::string_view query;
    std::optional<model::TraceContext> context;
  };
  static void take_param(Request& request, const Param& param, Params& params);
  static void read_output(Request& request, std::string_view text, const RecordHeader& header);
  void end(Request& request, std::uint64_t end_ns, SpanSink& sink);
  void emit_span(const Request& request, std::uint64_t end_ns, SpanSink& sink);
  bool end_by_tail(PeerRole from, std::span<const std::byte> tail, std::uint64_t end_ns,
                   SpanSink& sink);
  /// Those whose end was lost end with the server's last bytes.
  void end_lost_ones(SpanSink& sink);
  Request* find(std::uint16_t id);
  [[nodiscard]] std::size_t open_count() const;

  const http1::Methods& methods_;
  std::uint64_t request_timeout_ns_;  // 0 = never
  RecordHeader measured_;             // the last one
  std::vector<Request> requests_;
};

}  // namespace obi::protocol::fastcgi
