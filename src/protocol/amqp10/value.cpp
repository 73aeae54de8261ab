// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp10/value.hpp"

#include "protocol/conversation.hpp"

namespace obi::protocol::amqp10 {
namespace {

// A described value may be described itself; no implementation does it more than once.
constexpr int kMaxDescriptions = 4;

// Section 1.2: by the high half of the constructor.
std::span<const std::byte> take_content(std::uint8_t constructor, base::ByteCursor& cursor) {
  switch (constructor >> 4U) {
    case 0x4: return {};
    case 0x5: return cursor.take(1);
    case 0x6: return cursor.take(2);
    case 0x7: return cursor.take(4);
    case 0x8: return cursor.take(8);
    case 0x9: return cursor.take(16);
    case 0xa:
    case 0xc:
    case 0xe: return cursor.take(cursor.u8());
    case 0xb:
    case 0xd:
    case 0xf: return cursor.take(cursor.big<std::uint32_t>());
    default: cursor.fail(); return {};
  }
}

}  // namespace

Value read_value(base::ByteCursor& cursor) {
  Value value;
  for (int i = 0; i <= kMaxDescriptions; ++i) {
    value.constructor = cursor.u8();
    if (value.constructor != 0) {
      value.content = take_content(value.constructor, cursor);
      return cursor.ok() ? value : Value{};
    }
    Value descriptor;
    descriptor.constructor = cursor.u8();
    descriptor.content = take_content(descriptor.constructor, cursor);
    if (!cursor.ok()) break;
    value.descriptor = static_cast<Descriptor>(descriptor.number());
  }
  cursor.fail();
  return {};
}

std::uint64_t Value::number(std::uint64_t otherwise) const {
  switch (constructor) {
    case 0x43:
    case 0x44: return 0;
    case 0x50:
    case 0x52:
    case 0x53:
    case 0x60:
    case 0x70:
    case 0x80: return base::ByteCursor(content).big_bytes(content.size());
    default: return otherwise;
  }
}

bool Value::is_true() const {
  return constructor == 0x41 || (constructor == 0x56 && content[0] == std::byte{1});
}

bool Value::is_text() const {
  return constructor == 0xa1 || constructor == 0xb1 || constructor == 0xa3 || constructor == 0xb3;
}

std::string_view Value::text() const { return is_text() ? text_of(content) : std::string_view(); }

bool Value::is_list() const {
  return constructor == 0x45 || constructor == 0xc0 || constructor == 0xd0;
}

Fields::Fields(const Value& list) : cursor_(list.content) {
  if (list.constructor == 0xc0) left_ = cursor_.u8();
  if (list.constructor == 0xd0) left_ = cursor_.big<std::uint32_t>();
}

Value Fields::next() {
  if (left_ == 0 || !cursor_.ok()) return {};
  --left_;
  return read_value(cursor_);
}

void Fields::skip(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) next();
}

}  // namespace obi::protocol::amqp10
