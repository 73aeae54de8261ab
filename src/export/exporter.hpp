// SPDX-License-Identifier: Apache-2.0
// The one interface of everything that spans are handed to. Each exporter runs on a thread of its
// own, fed by a bounded queue, so a slow one holds up no other.
#pragma once
#include <chrono>
#include <cstdint>
#include <string_view>

#include "model/batch_ref.hpp"

namespace obi::exporting {

class Exporter {
 public:
  virtual ~Exporter() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Called by the exporter's thread only, one batch at a time. Keep a copy of the ref to use the
  /// batch after returning.
  virtual void consume(const model::BatchRef& batch) = 0;
  /// Called by the exporter's thread when no batch came for so long: time-driven work.
  virtual void tick() {}
  [[nodiscard]] virtual std::chrono::milliseconds tick_interval() const {
    return std::chrono::milliseconds(200);
  }
  /// The last call: send what is held, within the deadline.
  virtual void shutdown(std::chrono::steady_clock::time_point deadline) = 0;

  /// For the ledger. Thread-safe. consumed = exported + not_wanted + dropped + held.
  struct Counts {
    std::uint64_t consumed = 0;  ///< spans handed in
    /// Spans that a receiver has: it took the request (and said that it rejected none of it), the
    /// page was sent whole, the line was written.
    std::uint64_t exported = 0;
    std::uint64_t not_wanted =
        0;  ///< spans that the settings keep out (ignored, not selected, sampled out)
    /// Spans lost: queue full, refused, abandoned after retries, or held when the agent ended.
    std::uint64_t dropped = 0;
    [[nodiscard]] std::uint64_t held() const { return consumed - exported - not_wanted - dropped; }
  };
  [[nodiscard]] virtual Counts counts() const = 0;
};

}  // namespace obi::exporting
