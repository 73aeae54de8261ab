// SPDX-License-Identifier: Apache-2.0
#include "pipeline/track/preamble_filter.hpp"

#include <algorithm>
#include <utility>

namespace obi::pipeline {

using Result = protocol::ProxyPreamble::Result;

PreambleFilter::PreambleFilter(const model::ConnectionOpened& opened)
    : is_over_(opened.mid_life || opened.datagrams) {
  if (opened.role == model::ConnectionRole::kClient) client_direction_ = model::Direction::kSend;
  if (opened.role == model::ConnectionRole::kServer) client_direction_ = model::Direction::kReceive;
}

PreambleFilter::Decision PreambleFilter::show(protocol::Chunk& chunk) {
  if (is_over_) return Decision::kPass;
  if (!client_direction_) client_direction_ = chunk.direction;
  if (chunk.direction != *client_direction_) {
    // Of a server that speaks first (MySQL) the preamble may be read behind its greeting.
    is_over_ = begun_ != nullptr && !begun_->held.empty();
    return Decision::kPass;
  }
  if (!begun_ && !protocol::ProxyPreamble::may_begin(chunk.bytes)) {
    is_over_ = true;
    return Decision::kPass;
  }
  if (!begun_) begun_ = std::make_unique<Begun>();
  const auto step = begun_->preamble.take(chunk.bytes, chunk.missing_bytes);
  if (step.result == Result::kUndecided) {
    begun_->held.emplace_back(chunk, chunk.bytes.size());
    return Decision::kHeld;
  }
  is_over_ = step.result != Result::kPart;
  if (step.result == Result::kNone) return Decision::kPass;
  part_count_ += begun_->held.size();
  begun_->held.clear();
  const auto captured = std::min<std::uint64_t>(step.used, chunk.bytes.size());
  chunk.bytes = chunk.bytes.subspan(captured);
  chunk.missing_bytes -= step.used - captured;
  if (!chunk.bytes.empty() || chunk.missing_bytes > 0) return Decision::kPass;
  ++part_count_;
  return Decision::kPart;
}

std::vector<protocol::HeldChunk> PreambleFilter::take_held() {
  return begun_ ? std::exchange(begun_->held, {}) : std::vector<protocol::HeldChunk>();
}

std::optional<model::Endpoint> PreambleFilter::client() const {
  return begun_ ? begun_->preamble.client() : std::nullopt;
}

std::size_t PreambleFilter::held_bytes() const {
  if (!begun_) return 0;
  std::size_t bytes = sizeof(Begun) + begun_->held.capacity() * sizeof(protocol::HeldChunk);
  for (const protocol::HeldChunk& held : begun_->held) bytes += held.size();
  return bytes;
}

}  // namespace obi::pipeline
