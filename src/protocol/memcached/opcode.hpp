// SPDX-License-Identifier: Apache-2.0
// The operations of memcached's binary protocol and its statuses (BinaryProtocolRevamped). Constant
// data.
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/memcached/frame.hpp"

namespace obi::protocol::memcached {

struct Opcode {
  std::string_view operation;  ///< empty: no span is due (no-op, SASL)
  std::int8_t extras = -1;     ///< bytes of a request's extras; -1: 0 or 4
  bool has_key = false;
  bool has_value = false;
  bool is_quiet = false;  ///< answered only with a result or an error
  bool is_unanswered = false;
  bool is_known = false;
};

Opcode opcode_of(std::uint8_t code);
constexpr std::uint8_t kStatOpcode = 0x10;  ///< answered by many, the last of them is empty
constexpr bool is_sasl(std::uint8_t code) { return code >= 0x20 && code <= 0x22; }

/// Is it a request as memcached itself defines it, with all the parts that its operation has?
bool is_plausible_request(const Frame& frame);
/// The kind of error as the text protocol names it; empty where the status is none, as a miss.
std::string_view error_code_of_status(std::uint16_t status);

}  // namespace obi::protocol::memcached
