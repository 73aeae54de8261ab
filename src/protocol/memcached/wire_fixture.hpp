// SPDX-License-Identifier: Apache-2.0
// For tests: frames of memcached's binary protocol, and of Couchbase's.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/memcached/frame.hpp"

namespace obi::protocol::memcached {

struct Parts {
  std::string_view extras;
  std::string_view key;
  std::string_view value;
  std::uint32_t opaque = 0;
  std::uint16_t status = 0;  // or the vbucket
  std::uint8_t datatype = 0;
  std::string_view frame_extras;  // flexible framing
};

inline std::string frame(std::uint8_t magic, std::uint8_t opcode, const Parts& parts = {}) {
  const auto add = [](std::string& to, std::uint64_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      to += static_cast<char>(value >> static_cast<unsigned>(shift));
  };
  std::string bytes;
  add(bytes, magic, 1);
  add(bytes, opcode, 1);
  if (magic == Frame::kFlexibleRequest || magic == Frame::kFlexibleResponse) {
    add(bytes, parts.frame_extras.size(), 1);
    add(bytes, parts.key.size(), 1);
  } else {
    add(bytes, parts.key.size(), 2);
  }
  add(bytes, parts.extras.size(), 1);
  add(bytes, parts.datatype, 1);
  add(bytes, parts.status, 2);
  add(bytes,
      parts.frame_extras.size() + parts.extras.size() + parts.key.size() + parts.value.size(), 4);
  add(bytes, parts.opaque, 4);
  add(bytes, 0, 8);
  bytes += parts.frame_extras;
  bytes += parts.extras;
  bytes += parts.key;
  return bytes += parts.value;
}
inline std::string request(std::uint8_t opcode, const Parts& parts = {}) {
  return frame(Frame::kRequest, opcode, parts);
}
inline std::string response(std::uint8_t opcode, const Parts& parts = {}) {
  return frame(Frame::kResponse, opcode, parts);
}

inline const std::string kStoreExtras(8, '\0');
inline const std::string kCountExtras(20, '\0');

}  // namespace obi::protocol::memcached
