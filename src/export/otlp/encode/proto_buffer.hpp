// SPDX-License-Identifier: Apache-2.0
// One protobuf message being written, field by field (protobuf encoding, "Message Structure"). Its
// size is known when it goes into the message that holds it, so no byte is moved to make room for a
// length. Keeps its memory from message to message. Field numbers are below 16: one byte of tag.
#pragma once
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace obi::exporting::otlp {

class ProtoBuffer {
 public:
  void clear() { size_ = 0; }
  [[nodiscard]] std::string_view view() const { return {memory_.data(), size_}; }

  /// A text, bytes or a message.
  void add_bytes(int field, std::string_view bytes) {
    char* at = make_room(kMaxHead + bytes.size());
    finish(put_bytes(at, field, bytes));
  }
  void add_bytes(int field, std::span<const std::uint8_t> bytes) {
    add_bytes(field, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  /// Tag and length of a text, bytes or a message of `size` bytes, which are elsewhere.
  void add_head(int field, std::size_t size) {
    finish(put_varint(put_tag(make_room(kMaxHead), field, kLengthDelimited), size));
  }
  void add_varint(int field, std::uint64_t value) {
    finish(put_varint(put_tag(make_room(kMaxHead), field, kVarint), value));
  }
  void add_fixed64(int field, std::uint64_t value) {
    static_assert(std::endian::native == std::endian::little);
    char* at = put_tag(make_room(kMaxHead), field, kFixed64);
    std::memcpy(at, &value, sizeof value);
    finish(at + sizeof value);
  }

  /// A KeyValue, whose value is an AnyValue with a string. `key` is what `attribute_key` made.
  template <std::size_t kSize>
  [[gnu::always_inline]] void add_attribute(int field, const std::array<char, kSize>& key,
                                            std::string_view value) {
    const std::size_t any_size = 1 + varint_size(value.size()) + value.size();
    finish(put_bytes(begin_attribute(field, key, any_size), kStringValue, value));
  }
  /// … with an integer.
  template <std::size_t kSize>
  [[gnu::always_inline]] void add_attribute(int field, const std::array<char, kSize>& key,
                                            std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    char* at = begin_attribute(field, key, 1 + varint_size(bits));
    finish(put_varint(put_tag(at, kIntValue, kVarint), bits));
  }
  /// What comes before the length of the value in a KeyValue: the key, of `kLength` bytes, and the
  /// value's tag. Written as it is, so that an attribute costs one copy of it.
  template <std::size_t kLength>
  static consteval std::array<char, kLength + 3> attribute_key(std::string_view key) {
    static_assert(kLength < 0x80, "its length is one byte");
    std::array<char, kLength + 3> head{};
    put_tag(head.data(), kKey, kLengthDelimited);
    head[1] = static_cast<char>(kLength);
    std::ranges::copy(key, head.begin() + 2);
    put_tag(head.data() + kLength + 2, kValue, kLengthDelimited);
    return head;
  }

 private:
  static constexpr int kVarint = 0;  // wire types
  static constexpr int kFixed64 = 1;
  static constexpr int kLengthDelimited = 2;
  static constexpr int kKey = 1;  // KeyValue
  static constexpr int kValue = 2;
  static constexpr int kStringValue = 1;  // AnyValue
  static constexpr int kIntValue = 3;
  static constexpr std::size_t kMaxHead = 11;  // a tag and the longest varint
  static constexpr std::size_t kMinMemory = 1024;

  static std::size_t varint_size(std::uint64_t value) {
    return (static_cast<std::size_t>(std::bit_width(value | 1U)) + 6) / 7;
  }
  static constexpr char* put_tag(char* at, int field, int wire_type) {
    *at = static_cast<char>(field << 3 | wire_type);
    return at + 1;
  }
  static char* put_varint(char* at, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) *at++ = static_cast<char>(value | 0x80U);
    *at = static_cast<char>(value);
    return at + 1;
  }
  static char* put_bytes(char* at, int field, std::string_view bytes) {
    at = put_varint(put_tag(at, field, kLengthDelimited), bytes.size());
    if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
    return at + bytes.size();
  }

  // Everything up to the AnyValue's content; there is room for that too.
  template <std::size_t kSize>
  [[gnu::always_inline]] char* begin_attribute(int field, const std::array<char, kSize>& key,
                                               std::size_t any_size) {
    const std::size_t pair_size = kSize + varint_size(any_size) + any_size;
    char* at = make_room(kMaxHead + pair_size);
    at = put_varint(put_tag(at, field, kLengthDelimited), pair_size);
    std::memcpy(at, key.data(), kSize);
    return put_varint(at + kSize, any_size);
  }

  char* make_room(std::size_t size) {
    if (memory_.size() - size_ < size) grow(size);
    return memory_.data() + size_;
  }
  [[gnu::noinline]] void grow(std::size_t size) {
    memory_.resize(std::max(kMinMemory, 2 * (size_ + size)));
  }
  void finish(const char* end) { size_ = static_cast<std::size_t>(end - memory_.data()); }

  std::vector<char> memory_;
  std::size_t size_ = 0;  // bytes of it that are written
};

}  // namespace obi::exporting::otlp
