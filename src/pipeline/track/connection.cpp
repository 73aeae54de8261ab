// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/connection.hpp"

#include <algorithm>
#include <utility>

namespace obi::pipeline {
namespace {

// The kernel side announces a connection of datagrams again after a pause of 2.1 s
// (bpf/lib/datagram.bpf.h); what it sent before that was read within a second.
constexpr std::uint64_t kDatagramsOverNs = 3'000'000'000;
// A client sends its first plaintext when the handshake is over, or has read the server's.
constexpr std::uint64_t kPlaintextDueNs = 10'000'000'000;

}  // namespace

Connection::Connection(const TrackContext& context, const model::ConnectionOpened& opened)
    : context_(context),
      info_(opened),
      last_ns_(opened.ns),
      plain_(context, info_, model::Source::kPlain) {}

Stream& Connection::plaintext_of(model::Source source) {
  auto& stream = plaintext_[static_cast<std::size_t>(source) - 1];
  if (!stream) {
    stream = std::make_unique<Stream>(context_, info_, source);
    plain_.yield_to_plaintext();
  }
  return *stream;
}

void Connection::on_close(const model::ConnectionClosed& closed) {
  plain_.on_close(closed);
  model::ConnectionClosed without_positions = closed;
  without_positions.has_position = false;  // they are those of the wire
  for (const auto& stream : plaintext_)
    if (stream) stream->on_close(without_positions);
  count_unseen_tls();
}

void Connection::count_unseen_tls() {
  const bool has_plaintext =
      std::ranges::any_of(plaintext_, [](const auto& stream) { return stream != nullptr; });
  if (!plain_.is_encrypted() || has_plaintext || std::exchange(is_tls_counted_, true)) return;
  context_.ledger().add(model::Reason::TlsUnseen);
  if (context_.tls_unseen) context_.tls_unseen(info_.pid);
}

void Connection::forget(std::uint64_t ns) {
  plain_.forget(ns);
  for (const auto& stream : plaintext_)
    if (stream) stream->forget(ns);
}

void Connection::on_tick(std::uint64_t now_ns) {
  plain_.on_tick(now_ns);
  for (const auto& stream : plaintext_)
    if (stream) stream->on_tick(now_ns);
  if (plain_.is_encrypted() && now_ns > plain_.encrypted_ns() + kPlaintextDueNs) count_unseen_tls();
}

bool Connection::has_held() const {
  return plain_.has_held() || std::ranges::any_of(plaintext_, [](const auto& stream) {
           return stream && stream->has_held();
         });
}

bool Connection::is_over(std::uint64_t now_ns) const {
  return info_.datagrams && now_ns > last_ns_ + kDatagramsOverNs && !plain_.has_open_request();
}

std::size_t Connection::held_bytes() const {
  std::size_t bytes = plain_.held_bytes();
  for (const auto& stream : plaintext_)
    if (stream) bytes += sizeof(Stream) + stream->held_bytes();
  return bytes;
}

}  // namespace obi::pipeline
