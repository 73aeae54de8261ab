// SPDX-License-Identifier: Apache-2.0
// HTTP/1.x conversations from arbitrary bytes. The input is a script: a control byte, then the
// bytes of one call. Checks that every request head is accounted for, that text is inside its
// bounds and valid, and that times don't run backwards.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "protocol/http1/conversation.hpp"
#include "protocol/http1/span_text.hpp"

namespace {

using obi::protocol::Chunk;
using obi::protocol::SpanSink;

constexpr std::size_t kMaxTextBytes = 3 * 8192;  // a cut target, percent-encoded

void require(bool condition) {
  if (!condition) std::abort();
}

class CheckingSink final : public SpanSink {
 public:
  obi::protocol::RequestIdentity begin(const obi::protocol::RequestOrigin& origin,
                                       std::uint64_t count) override {
    seen += count;
    return obi::protocol::identify(origin, ids_);
  }
  obi::model::Span& add_span(obi::model::EventType) override {
    check_last_span();
    ++explained;
    if (++emitted % 64 == 0) arena_.reset();
    return span_ = {};
  }
  obi::base::Arena& arena() override { return arena_; }
  void check_last_span() {
    if (emitted == 0) return;
    require(span_.end_ns >= span_.start_ns);
    require(span_.status >= 100 && span_.status <= 999);
    for (const std::string_view text : {span_.path, span_.query, span_.host_header}) {
      require(obi::protocol::http1::safe_copy(text, arena_) == text);
      require(text.size() <= kMaxTextBytes);
    }
    require(span_.request_bytes >= 0 && span_.response_bytes >= 0);
  }
  void note(Note what, std::uint64_t count) override {
    switch (what) {
      case Note::RequestSeen: seen += count; break;
      case Note::RequestNoResponse:
      case Note::RequestLostResponse:
      case Note::RequestUpgraded:
      case Note::RequestOverflow:
      case Note::RequestUnreadable:
      case Note::RequestOpen: explained += count; break;
      default: break;
    }
  }
  void request_stream() override {}

  std::uint64_t seen = 0;
  std::uint64_t explained = 0;
  std::uint64_t emitted = 0;

 private:
  obi::model::Span span_;
  obi::base::Arena arena_;
  obi::model::IdSource ids_{1};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::uint8_t> input(data, size);
  CheckingSink sink;
  const bool with_timeout = !input.empty() && (input[0] & 0x80U) != 0;
  const obi::protocol::http1::State state(
      obi::protocol::http1::Options{.request_timeout_ns = with_timeout ? 50U : 0U});
  obi::protocol::http1::Http1Conversation conversation(state);
  std::uint64_t now = 1000;
  while (input.size() >= 2) {
    const std::uint8_t control = input[0];
    const std::size_t length = std::min<std::size_t>(input[1], input.size() - 2);
    const auto bytes = input.subspan(2, length);
    input = input.subspan(2 + length);
    const auto direction =
        (control & 1U) != 0 ? obi::model::Direction::kSend : obi::model::Direction::kReceive;
    now += 10;
    switch (control >> 1U & 0x7U) {
      case 0: conversation.on_gap(direction, length % 3 == 0 ? 0 : length, sink); break;
      case 1: conversation.on_end_of_stream(direction, now, sink); break;
      case 2: conversation.on_tick(now += length * 100'000'000ULL, sink); break;
      default: {
        Chunk chunk;
        std::string text;
        chunk.direction = direction;
        // Long enough together with others to pass the bounds of heads and of waiting requests.
        for (int i = (control & 0x40U) != 0 ? 16 : 1; i > 0; --i)
          text.append(bytes.begin(), bytes.end());
        chunk.bytes = std::as_bytes(std::span(text));
        if ((control & 0x30U) == 0x30U) {
          chunk.missing_bytes = length * 7 + 1;
          chunk.tail = chunk.bytes.last(std::min<std::size_t>(8, chunk.bytes.size()));
        }
        chunk.start_ns = chunk.end_ns = now;
        conversation.on_chunk(chunk, sink);
      }
    }
    require(conversation.held_bytes() < (4U << 20U));
  }
  const auto end = static_cast<obi::model::ConnectionEnd>(size % 7);
  conversation.on_close({.ns = now, .end_ns = now, .end = end}, sink);
  sink.check_last_span();
  require(sink.seen == sink.explained);
  return 0;
}
