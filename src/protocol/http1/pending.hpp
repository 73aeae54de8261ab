// SPDX-License-Identifier: Apache-2.0
// The requests of one connection that wait for their response, oldest first. Slots and text memory
// are used again, so a connection in steady state allocates nothing; both are bounded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/request.hpp"

namespace obi::protocol::http1 {

struct Pending {
  std::string_view method;  ///< as of Methods
  RequestIdentity identity;
  std::uint64_t body_bytes = 0;
  std::uint64_t text_at = 0;  ///< where its texts begin, see PendingRequests
  std::uint32_t target_bytes = 0;
  std::uint32_t host_bytes = 0;
  std::uint32_t original_method_bytes = 0;
  bool https = false;
  bool is_head = false;  ///< HEAD: its response has no body
  bool is_connect = false;
  bool timed_out = false;  ///< its span was emitted already; the response is only consumed

  [[nodiscard]] std::size_t text_bytes() const {
    return std::size_t{target_bytes} + host_bytes + original_method_bytes;
  }
  /// Its end must still be reported, as a span or as a loss.
  [[nodiscard]] bool expects_span() const { return !timed_out; }
};

class PendingRequests {
 public:
  static constexpr std::size_t kMaxCount = 4096;
  static constexpr std::size_t kMaxTextBytes = 1 << 20;

  /// Adds a request with its text and returns its slot, valid until the next push.
  Pending& push(std::string_view target, std::string_view host,
                std::string_view original_method = {});
  void pop_front();
  Pending& front() { return at(0); }
  Pending& back() { return at(count_ - 1); }
  /// `i` counts from the oldest.
  Pending& at(std::size_t i) { return ring_[(first_ + i) & (ring_.size() - 1)]; }
  [[nodiscard]] const Pending& front() const { return ring_[first_]; }
  /// Its target and, behind that, its host and its method, if that was given.
  [[nodiscard]] std::string_view text_of(const Pending& request) const;

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }
  /// Takes no further request without breaking a bound.
  [[nodiscard]] bool is_full() const {
    return count_ >= kMaxCount || text_.size() - text_first_ >= kMaxTextBytes;
  }
  /// Gives memory back that a burst has left, if nothing is pending.
  void release_idle_memory();
  [[nodiscard]] std::size_t held_bytes() const {
    return ring_.capacity() * sizeof(Pending) + text_.capacity();
  }

 private:
  void grow();
  void drop_dead_text();

  std::vector<Pending> ring_;  // its size is a power of two, or 0
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::string text_;                // of all requests, one behind the other
  std::size_t text_first_ = 0;      // first byte of text_ that is still needed
  std::uint64_t text_dropped_ = 0;  // bytes that were cut off the front of text_
};

}  // namespace obi::protocol::http1
