// SPDX-License-Identifier: Apache-2.0
// Reads the elements of a BSON document (bsonspec.org, version 1.1) one after another, as far as
// the bytes go. Values that are documents are skipped by their length; a caller that looks into one
// begins a walk of its own, so nothing here recurses. Views point into the input; no allocation.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/byte_cursor.hpp"

namespace obi::protocol::mongo {

/// Of the element types those that a command or an answer is read from.
enum class BsonType : std::uint8_t {
  kDouble = 0x01,
  kString = 0x02,
  kDocument = 0x03,
  kArray = 0x04,
  kBool = 0x08,
  kInt32 = 0x10,
  kInt64 = 0x12,
};

struct BsonElement {
  std::uint8_t type = 0;
  std::string_view key;
  std::span<const std::byte> value;  ///< as on the wire
  [[nodiscard]] bool is(BsonType wanted) const { return type == static_cast<std::uint8_t>(wanted); }
  /// Without its NUL; empty unless it is a string.
  [[nodiscard]] std::string_view text() const;
  /// Of any kind of number, and of a bool; doubles are cut. Nullopt: none of these.
  [[nodiscard]] std::optional<std::int64_t> number() const;
};

class BsonWalk {
 public:
  /// `bytes` begin with a document; what follows it is not looked at.
  explicit BsonWalk(std::span<const std::byte> bytes);
  /// The next element; nullopt at the end of the document, of the bytes, or of what makes sense. An
  /// element whose value is not wholly there has what there is of it if it is a document or an
  /// array (then it is the last), else it is none.
  std::optional<BsonElement> next();
  /// All elements were seen: the document is whole and well-formed.
  [[nodiscard]] bool is_complete() const { return complete_; }
  /// Bytes of the document as it says itself; 0: these don't begin one.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  base::ByteCursor cursor_;
  std::size_t size_ = 0;
  bool complete_ = false;
};

}  // namespace obi::protocol::mongo
