// SPDX-License-Identifier: Apache-2.0
// The type system of AMQP 1.0 (OASIS, part 1): reads one value after the other. How long a value is
// follows from its constructor's high half, so compound values are passed as a whole and nothing
// recurses. Views point into the input. Not thread-safe, no allocation.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/byte_cursor.hpp"

namespace obi::protocol::amqp10 {

/// Descriptors of what is followed (parts 2, 3 and 5).
enum class Descriptor : std::uint64_t {
  kNone = 0,
  kOpen = 0x10,
  kBegin = 0x11,
  kAttach = 0x12,
  kFlow = 0x13,
  kTransfer = 0x14,
  kDisposition = 0x15,
  kDetach = 0x16,
  kEnd = 0x17,
  kClose = 0x18,
  kReceived = 0x23,
  kRejected = 0x25,
  kSource = 0x28,
  kTarget = 0x29,
  kCoordinator = 0x30,
  kSaslMechanisms = 0x40,
  kSaslOutcome = 0x44,
  kHeader = 0x70,
  kProperties = 0x73,
};

struct Value {
  std::uint8_t constructor = 0x40;  ///< null
  Descriptor descriptor = Descriptor::kNone;
  std::span<const std::byte> content;

  [[nodiscard]] bool is_null() const { return constructor == 0x40; }
  /// Of any unsigned type; `otherwise` for what is none.
  [[nodiscard]] std::uint64_t number(std::uint64_t otherwise = 0) const;
  [[nodiscard]] bool is_true() const;
  [[nodiscard]] bool is_text() const;  ///< string or symbol
  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool is_list() const;
};

/// Reads the next value; after a failure of the cursor it is null.
Value read_value(base::ByteCursor& cursor);

/// The fields of a list in order; those behind its end are null.
class Fields {
 public:
  explicit Fields(const Value& list);
  Value next();
  void skip(std::size_t count);
  /// False once a field was cut or no value.
  [[nodiscard]] bool ok() const { return cursor_.ok(); }

 private:
  base::ByteCursor cursor_;
  std::uint64_t left_ = 0;
};

}  // namespace obi::protocol::amqp10
