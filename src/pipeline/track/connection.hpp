// SPDX-License-Identifier: Apache-2.0
// One connection of a traced process: what is common to all of it, and a stream per source. Not
// thread-safe.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "model/segment.hpp"
#include "pipeline/track/stream.hpp"

namespace obi::pipeline {

class Connection {
 public:
  /// `context` outlives the connection.
  Connection(const TrackContext& context, const model::ConnectionOpened& opened);

  /// As it was opened; where a proxy has named its client, that is the remote end.
  [[nodiscard]] const model::ConnectionOpened& info() const { return info_; }
  /// Time of its last segment.
  [[nodiscard]] std::uint64_t last_ns() const { return last_ns_; }

  void on_segment(const model::Segment& segment) {
    last_ns_ = segment.end_ns;
    stream_of(segment.source).on_segment(segment);
  }
  /// It has ended, or is erased for another reason: counts TLS that was never seen in plaintext.
  void count_unseen_tls();
  /// It has ended.
  void on_close(const model::ConnectionClosed& closed);
  /// It goes on, and what is kept of its bytes is dropped; what is open is counted as that.
  void forget(std::uint64_t ns);
  /// Lets segments through that waited since before the last call, and lets conversations abandon
  /// old requests.
  void on_tick(std::uint64_t now_ns);
  [[nodiscard]] bool has_held() const;
  /// Of datagrams, whose end has no event: nothing waits, and no segment came for a while.
  [[nodiscard]] bool is_over(std::uint64_t now_ns) const;
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  Stream& stream_of(model::Source source) {
    return source == model::Source::kPlain ? plain_ : plaintext_of(source);
  }
  Stream& plaintext_of(model::Source source);

  const TrackContext& context_;
  model::ConnectionOpened info_;
  std::uint64_t last_ns_;
  bool is_tls_counted_ = false;
  Stream plain_;
  // Of the other sources: few connections have one, none has before its first segment.
  std::array<std::unique_ptr<Stream>, model::kSources - 1> plaintext_;
};

}  // namespace obi::pipeline
