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
  std::string address = target.url;
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

}  // namespace obi::exporting::otlp
