// SPDX-License-Identifier: Apache-2.0
#include "protocol/mqtt/properties.hpp"

#include <algorithm>

namespace obi::protocol::mqtt {
namespace {

constexpr std::uint8_t kAssignedClientId = 0x12;
constexpr std::uint8_t kTopicAlias = 0x23;

enum class Form : std::uint8_t { kNone, kByte, kTwoBytes, kFourBytes, kVarint, kText, kTwoTexts };

// Table 2-4.
Form form_of(std::uint64_t id) {
  switch (id) {
    case 0x01:
    case 0x17:
    case 0x19:
    case 0x24:
    case 0x25:
    case 0x28:
    case 0x29:
    case 0x2a: return Form::kByte;
    case 0x13:
    case 0x21:
    case 0x22:
    case kTopicAlias: return Form::kTwoBytes;
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27: return Form::kFourBytes;
    case 0x0b: return Form::kVarint;
    case 0x03:
    case 0x08:
    case 0x09:
    case kAssignedClientId:
    case 0x15:
    case 0x16:
    case 0x1a:
    case 0x1c:
    case 0x1f: return Form::kText;
    case 0x26: return Form::kTwoTexts;
    default: return Form::kNone;
  }
}

}  // namespace

Properties read_properties(base::ByteCursor& cursor) {
  Properties properties;
  const std::uint64_t length = cursor.varint(4);
  const std::size_t captured = std::min<std::uint64_t>(length, cursor.left());
  const bool is_cut = captured < length;
  base::ByteCursor inside(cursor.take(captured));
  while (!inside.at_end()) {
    const std::uint64_t id = inside.varint(4);
    switch (form_of(id)) {
      case Form::kNone: return properties;
      case Form::kByte: inside.skip(1); break;
      case Form::kTwoBytes: {
        const auto value = inside.big<std::uint16_t>();
        if (id == kTopicAlias && inside.ok()) properties.topic_alias = value;
        break;
      }
      case Form::kFourBytes: inside.skip(4); break;
      case Form::kVarint: inside.varint(4); break;
      case Form::kText: {
        const std::string_view text = inside.text(inside.big<std::uint16_t>());
        if (id == kAssignedClientId) properties.assigned_client_id = text;
        break;
      }
      case Form::kTwoTexts:
        inside.skip(inside.big<std::uint16_t>());
        inside.skip(inside.big<std::uint16_t>());
        break;
    }
  }
  properties.is_whole = inside.ok() && cursor.ok() && !is_cut;
  return properties;
}

}  // namespace obi::protocol::mqtt
