// SPDX-License-Identifier: Apache-2.0
#include "protocol/memcached/opcode.hpp"

#include <array>

namespace obi::protocol::memcached {
namespace {

constexpr bool kHasKey = true;
constexpr bool kHasValue = true;
constexpr bool kQuiet = true;

constexpr Opcode op(std::string_view operation, std::int8_t extras, bool key = false,
                    bool value = false, bool quiet = false) {
  return {.operation = operation,
          .extras = extras,
          .has_key = key,
          .has_value = value,
          .is_quiet = quiet,
          .is_unanswered = false,
          .is_known = true};
}
constexpr Opcode quit_quietly() {
  Opcode opcode = op("QUIT", 0);
  opcode.is_unanswered = true;
  return opcode;
}

// By number.
constexpr std::array kOpcodes = {
    op("GET", 0, kHasKey),                         // 0x00
    op("SET", 8, kHasKey, kHasValue),              // 0x01
    op("ADD", 8, kHasKey, kHasValue),              // 0x02
    op("REPLACE", 8, kHasKey, kHasValue),          // 0x03
    op("DELETE", 0, kHasKey),                      // 0x04
    op("INCR", 20, kHasKey),                       // 0x05
    op("DECR", 20, kHasKey),                       // 0x06
    op("QUIT", 0, false, false, kQuiet),           // 0x07 the connection may end first
    op("FLUSH_ALL", -1),                           // 0x08
    op("GET", 0, kHasKey, false, kQuiet),          // 0x09
    op("", 0),                                     // 0x0a no-op
    op("VERSION", 0),                              // 0x0b
    op("GET", 0, kHasKey),                         // 0x0c with key
    op("GET", 0, kHasKey, false, kQuiet),          // 0x0d
    op("APPEND", 0, kHasKey, kHasValue),           // 0x0e
    op("PREPEND", 0, kHasKey, kHasValue),          // 0x0f
    op("STATS", 0),                                // 0x10 may have a key
    op("SET", 8, kHasKey, kHasValue, kQuiet),      // 0x11
    op("ADD", 8, kHasKey, kHasValue, kQuiet),      // 0x12
    op("REPLACE", 8, kHasKey, kHasValue, kQuiet),  // 0x13
    op("DELETE", 0, kHasKey, false, kQuiet),       // 0x14
    op("INCR", 20, kHasKey, false, kQuiet),        // 0x15
    op("DECR", 20, kHasKey, false, kQuiet),        // 0x16
    quit_quietly(),                                // 0x17
    op("FLUSH_ALL", -1, false, false, kQuiet),     // 0x18
    op("APPEND", 0, kHasKey, kHasValue, kQuiet),   // 0x19
    op("PREPEND", 0, kHasKey, kHasValue, kQuiet),  // 0x1a
    op("VERBOSITY", 4),                            // 0x1b
    op("TOUCH", 4, kHasKey),                       // 0x1c
    op("GAT", 4, kHasKey),                         // 0x1d
    op("GAT", 4, kHasKey, false, kQuiet),          // 0x1e
    Opcode{},                                      // 0x1f Couchbase's HELLO
    op("", 0),                                     // 0x20 SASL mechanisms
    op("", 0, kHasKey, kHasValue),                 // 0x21 SASL start
    op("", 0, kHasKey, kHasValue),                 // 0x22 SASL step
    op("GAT", 4, kHasKey),                         // 0x23 with key
    op("GAT", 4, kHasKey, false, kQuiet),          // 0x24
};

}  // namespace

Opcode opcode_of(std::uint8_t code) { return code < kOpcodes.size() ? kOpcodes[code] : Opcode{}; }

bool is_plausible_request(const Frame& frame) {
  const Opcode opcode = opcode_of(frame.opcode);
  const bool extras_fit = opcode.extras < 0 ? frame.extras_bytes == 0 || frame.extras_bytes == 4
                                            : int{frame.extras_bytes} == int{opcode.extras};
  const bool key_fits = frame.opcode == kStatOpcode || (frame.key_bytes > 0) == opcode.has_key;
  constexpr std::uint16_t kMaxKey = 250;
  return frame.magic == Frame::kRequest && opcode.is_known && extras_fit && key_fits &&
         frame.key_bytes <= kMaxKey && frame.datatype == 0 && frame.status == 0 &&
         (opcode.has_value || frame.value_bytes() == 0);
}

std::string_view error_code_of_status(std::uint16_t status) {
  switch (status) {
    case 0x00:                         // done
    case 0x01:                         // no such key
    case 0x02:                         // it exists
    case 0x05:                         // not stored
    case 0x21: return "";              // SASL goes on
    case 0x04:                         // invalid arguments
    case 0x06:                         // not a number
    case 0x20: return "CLIENT_ERROR";  // not authenticated
    case 0x81: return "ERROR";         // unknown command
    default: return "SERVER_ERROR";
  }
}

}  // namespace obi::protocol::memcached
