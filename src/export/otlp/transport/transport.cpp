// SPDX-License-Identifier: Apache-2.0
#include "export/otlp/transport/transport.hpp"

#include <algorithm>
#include <protozero/pbf_reader.hpp>

namespace obi::exporting::otlp {

std::unique_ptr<Transport> make_transport(const OtlpTarget& target, Signal signal) {
  if (target.protocol == OtlpProtocol::kGrpc) return make_grpc_transport(target, signal);
  return make_http_transport(target);
}

std::string printable_address(const OtlpTarget& target) {
  if (!target.unix_socket.empty()) return target.unix_socket;
  std::string address = target.url.substr(0, target.url.find('?'));
  const std::size_t begin = address.find("://") + 3;
  const std::size_t at = address.rfind('@', address.find('/', begin));
  if (at != std::string::npos && at >= begin) address.erase(begin, at + 1 - begin);
  return address;
}

void read_partial_success(std::string_view response, Delivery& delivery) {
  constexpr int kPartialSuccess = 1;
  constexpr int kRejected = 1;
  constexpr int kMessage = 2;
  try {
    protozero::pbf_reader reader(response.data(), response.size());
    while (reader.next(kPartialSuccess)) {
      protozero::pbf_reader partial = reader.get_message();
      while (partial.next()) {
        switch (partial.tag()) {
          case kRejected:
            delivery.rejected =
                static_cast<std::uint64_t>(std::max<std::int64_t>(0, partial.get_int64()));
            break;
          case kMessage: delivery.error = partial.get_string().substr(0, 512); break;
          default: partial.skip();
        }
      }
    }
  } catch (const protozero::exception&) {
    // A receiver that answers with something else has still taken the request.
  }
}

namespace {

using protozero::pbf_reader;

std::chrono::milliseconds read_duration(pbf_reader duration) {
  std::int64_t seconds = 0;
  std::int32_t nanoseconds = 0;
  while (duration.next()) {
    switch (duration.tag()) {
      case 1: seconds = duration.get_int64(); break;
      case 2: nanoseconds = duration.get_int32(); break;
      default: duration.skip();
    }
  }
  constexpr std::int64_t kMaxSeconds = 3600;
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMaxSeconds)) +
         std::chrono::milliseconds(std::clamp(nanoseconds, 0, 999'999'999) / 1'000'000);
}

/// Of an Any {type_url, value} that holds a RetryInfo {retry_delay}.
std::optional<std::chrono::milliseconds> read_retry_info(pbf_reader any) {
  std::string type;
  std::optional<std::chrono::milliseconds> delay;
  while (any.next()) {
    if (any.tag() == 1) {
      type = any.get_string();
    } else if (any.tag() == 2 && type.ends_with("google.rpc.RetryInfo")) {
      delay = std::chrono::milliseconds(0);
      pbf_reader info = any.get_message();
      while (info.next(1)) delay = read_duration(info.get_message());
    } else {
      any.skip();
    }
  }
  return delay;
}

}  // namespace

std::optional<std::chrono::milliseconds> read_retry_delay(std::string_view status) {
  constexpr int kDetails = 3;
  try {
    pbf_reader reader(status.data(), status.size());
    while (reader.next(kDetails)) {
      if (const auto delay = read_retry_info(reader.get_message())) return delay;
    }
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace obi::exporting::otlp
