// SPDX-License-Identifier: Apache-2.0
#include "protocol/tls_hello.hpp"

#include <algorithm>

namespace obi::protocol {
namespace {

constexpr std::uint32_t kHandshakeRecord = 22;
constexpr std::uint32_t kMaxRecordBytes = 1U << 14U;  // of a plaintext record
constexpr std::uint32_t kMinRecordBytes = 6;  // the handshake's header and version are in it
constexpr std::uint32_t kMinHelloBytes = 38;  // version, random, an empty session, a suite
constexpr std::uint32_t kMaxHelloBytes = 1U << 17U;

struct Field {
  std::size_t offset;
  std::size_t size;
  std::uint32_t min;
  std::uint32_t max;
};
constexpr std::array kFields = {
    Field{0, 1, kHandshakeRecord, kHandshakeRecord}, Field{1, 2, 0x0300, 0x0303},
    Field{3, 2, kMinRecordBytes, kMaxRecordBytes},   Field{5, 1, 1, 2},  // ClientHello, ServerHello
    Field{6, 3, kMinHelloBytes, kMaxHelloBytes},     Field{9, 2, 0x0300, 0x0303},
};

}  // namespace

Match detect_tls_hello(std::span<const std::byte> bytes) {
  for (const Field& field : kFields) {
    if (bytes.size() < field.offset + field.size) {
      // What there is of a version decides, too.
      const bool fits =
          bytes.size() == field.offset || std::to_integer<std::uint32_t>(bytes[field.offset]) <=
                                              field.max >> (8 * (field.size - 1));
      return fits ? Match::kMaybe : Match::kNo;
    }
    std::uint32_t value = 0;
    for (const std::byte byte : bytes.subspan(field.offset, field.size))
      value = value << 8U | std::to_integer<std::uint32_t>(byte);
    if (value < field.min || value > field.max) return Match::kNo;
  }
  return Match::kYes;
}

bool TlsHandshake::show(model::Direction direction, std::span<const std::byte> bytes) {
  Begun& begun = begun_[static_cast<std::size_t>(direction)];
  for (const bool is_continued : {true, false}) {
    if (is_continued && begun.size == 0) continue;
    const std::size_t before = is_continued ? begun.size : 0;
    const std::size_t more = std::min(bytes.size(), kTlsHelloBytes - before);
    std::copy_n(bytes.begin(), more, begun.bytes.begin() + static_cast<std::ptrdiff_t>(before));
    begun.size = static_cast<std::uint8_t>(before + more);
    const Match match = detect_tls_hello(std::span(begun.bytes).first(begun.size));
    if (match != Match::kNo) return match == Match::kYes;
  }
  begun.size = 0;
  return false;
}

}  // namespace obi::protocol
