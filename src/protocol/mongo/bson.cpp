// SPDX-License-Identifier: Apache-2.0
#include "protocol/mongo/bson.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace obi::protocol::mongo {
namespace {

using base::ByteCursor;

constexpr std::size_t kMinDocument = 5;         // a length and a NUL
constexpr std::size_t kMaxDocument = 48 << 20;  // no message is longer (maxMessageSizeBytes)

// Bytes of a value of a type with fixed size; nullopt for the other types.
std::optional<std::size_t> fixed_size(std::uint8_t type) {
  switch (type) {
    case 0x06:             // undefined
    case 0x0a:             // null
    case 0x7f:             // max key
    case 0xff: return 0;   // min key
    case 0x08: return 1;   // bool
    case 0x10: return 4;   // int32
    case 0x01:             // double
    case 0x09:             // UTC time
    case 0x11:             // timestamp
    case 0x12: return 8;   // int64
    case 0x07: return 12;  // object id
    case 0x13: return 16;  // decimal128
    default: return std::nullopt;
  }
}

// Bytes of the value at the front of `rest`, its length included; nullopt: not in these bytes, or
// no such type.
std::optional<std::size_t> size_of_value(std::uint8_t type, std::span<const std::byte> rest) {
  if (const auto fixed = fixed_size(type)) return fixed;
  ByteCursor cursor(rest);
  if (type == 0x0b) {  // regular expression: two C strings
    cursor.c_string();
    cursor.c_string();
    if (!cursor.ok()) return std::nullopt;
    return rest.size() - cursor.left();
  }
  const std::size_t length = cursor.little<std::uint32_t>();
  if (!cursor.ok() || length > kMaxDocument) return std::nullopt;
  switch (type) {
    case 0x02:                                                                       // string
    case 0x0d:                                                                       // JavaScript
    case 0x0e: return 4 + length;                                                    // symbol
    case 0x03:                                                                       // document
    case 0x04:                                                                       // array
    case 0x0f: return length < kMinDocument ? std::nullopt : std::optional(length);  // code, scope
    case 0x05: return 5 + length;       // binary and its subtype
    case 0x0c: return 4 + length + 12;  // DBPointer
    default: return std::nullopt;
  }
}

}  // namespace

std::string_view BsonElement::text() const {
  if (!is(BsonType::kString)) return {};
  ByteCursor cursor(value);
  const std::size_t length = cursor.little<std::uint32_t>();
  if (length == 0) return {};
  return cursor.text(length - 1);
}

std::optional<std::int64_t> BsonElement::number() const {
  ByteCursor cursor(value);
  if (is(BsonType::kInt32)) return cursor.little<std::int32_t>();
  if (is(BsonType::kInt64)) return cursor.little<std::int64_t>();
  if (is(BsonType::kBool)) return cursor.u8();
  if (!is(BsonType::kDouble)) return std::nullopt;
  const auto real = std::bit_cast<double>(cursor.little<std::uint64_t>());
  constexpr double kLimit = 9e15;  // beyond it doubles have no units
  if (!std::isfinite(real) || std::abs(real) > kLimit) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

BsonWalk::BsonWalk(std::span<const std::byte> bytes) : cursor_({}) {
  ByteCursor length(bytes);
  const std::size_t size = length.little<std::uint32_t>();
  if (!length.ok() || size < kMinDocument || size > kMaxDocument) return;
  size_ = size;
  cursor_ = ByteCursor(bytes.first(std::min(size, bytes.size())).subspan(sizeof(std::uint32_t)));
}

std::optional<BsonElement> BsonWalk::next() {
  if (complete_ || cursor_.at_end()) return std::nullopt;
  BsonElement element;
  element.type = cursor_.u8();
  if (element.type == 0) {  // the document's NUL must be its last byte
    complete_ = cursor_.at_end();
    cursor_.fail();
    return std::nullopt;
  }
  element.key = cursor_.c_string();
  if (!cursor_.ok()) return std::nullopt;
  const auto size = size_of_value(element.type, cursor_.rest());
  const bool may_be_cut = element.is(BsonType::kDocument) || element.is(BsonType::kArray);
  if (!size || (*size > cursor_.left() && !may_be_cut)) {
    cursor_.fail();
    return std::nullopt;
  }
  element.value = cursor_.take(std::min(*size, cursor_.left()));
  return element;
}

}  // namespace obi::protocol::mongo
