// SPDX-License-Identifier: Apache-2.0
// One delivery of one OTLP request. Blocking; belongs to one sender thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "export/otlp/options.hpp"

namespace obi::exporting::otlp {

enum class Signal : std::uint8_t { kTraces, kMetrics };

enum class Outcome : std::uint8_t {
  kDelivered,
  kRetry,    ///< the OTLP specification says that it may be tried again
  kRefused,  ///< trying again won't help
};

struct Delivery {
  Outcome outcome = Outcome::kDelivered;
  std::string error;           ///< one phrase; also what a partial success said
  std::uint64_t rejected = 0;  ///< items that the receiver didn't take, of a delivered request
  std::optional<std::chrono::milliseconds> retry_after;  ///< as the receiver asked
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Delivery deliver(std::string_view request) = 0;
  /// The delivery under way, and each later one, ends within a second as one to try again.
  /// Thread-safe.
  virtual void cancel() = 0;
};

/// Nothing is connected before the first delivery.
std::unique_ptr<Transport> make_transport(const OtlpTarget& target, Signal signal);

// The two kinds.
std::unique_ptr<Transport> make_http_transport(const OtlpTarget& target);
std::unique_ptr<Transport> make_grpc_transport(const OtlpTarget& target, Signal signal);

/// The address for log lines: without the user info and the query of the URL, which may hold a
/// password or a token.
std::string printable_address(const OtlpTarget& target);

/// Reads an Export*ServiceResponse: partial_success{rejected, error_message}.
void read_partial_success(std::string_view response, Delivery& delivery);

/// Reads the google.rpc.Status that gRPC's error details hold: RetryInfo.retry_delay, at most an
/// hour. nullopt if there is none.
std::optional<std::chrono::milliseconds> read_retry_delay(std::string_view status);

}  // namespace obi::exporting::otlp
