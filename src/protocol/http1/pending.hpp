// SPDX-License-Identifier: Apache-2.0
// The requests of one connection that wait for their response, oldest first. Slots are used again, so a connection in
// steady state allocates nothing; count and bytes are bounded.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/trace_id.hpp"

namespace obi::protocol::http1 {

struct Pending {
  std::string method;
  std::string target;
  std::string host;
  std::optional<model::TraceParent> parent;
  std::uint64_t start_ns = 0;
  std::uint64_t body_bytes = 0;
  std::uint32_t pid = 0;
  bool https = false;
  bool wanted = true;     ///< false: a method that makes no span, or one beyond the bounds
  bool timed_out = false; ///< its span was emitted already; the response is only consumed
};

class PendingRequests {
 public:
  static constexpr std::size_t kMaxCount = 4096;
  static constexpr std::size_t kMaxTextBytes = 1 << 20;

  /// A slot with empty text at the end; its strings keep their capacity from an earlier use.
  Pending& push();
  Pending& front() { return at(0); }
  Pending& back() { return at(count_ - 1); }
  Pending& at(std::size_t i) { return ring_[(first_ + i) % ring_.size()]; }
  void pop_front();
  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  /// Takes no further request without breaking a bound.
  [[nodiscard]] bool is_full() const { return count_ >= kMaxCount || text_bytes_ >= kMaxTextBytes; }
  void count_text(std::size_t bytes) { text_bytes_ += bytes; }
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  std::vector<Pending> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t text_bytes_ = 0;
};

}  // namespace obi::protocol::http1
