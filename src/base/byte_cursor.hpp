// SPDX-License-Identifier: Apache-2.0
// Reads numbers and runs of bytes from the front of a message, never beyond its end. The first read
// that finds too few bytes makes the cursor fail: that read and all later ones give 0 or nothing,
// so a parser may read a whole structure and ask once. Views point into the input. Not thread-safe,
// no allocation.
#pragma once
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace obi::base {

class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  /// False once a read found too few bytes, or a varint too many.
  [[nodiscard]] bool ok() const { return ok_; }
  /// What has not been read; empty after a failure.
  [[nodiscard]] std::span<const std::byte> rest() const { return rest_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::uint8_t u8() { return big<std::uint8_t>(); }
  std::int8_t i8() { return static_cast<std::int8_t>(u8()); }

  /// An unsigned or signed integer in network byte order.
  template <std::integral T>
  T big() {
    return read<T>(std::endian::big);
  }
  /// … with its lowest byte first.
  template <std::integral T>
  T little() {
    return read<T>(std::endian::little);
  }
  /// `count` <= 8 bytes as an unsigned number.
  std::uint64_t big_bytes(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::byte byte : take(count))
      value = value << 8U | std::to_integer<std::uint64_t>(byte);
    return value;
  }
  std::uint64_t little_bytes(std::size_t count) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::byte byte : take(count)) {
      value |= std::to_integer<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }
  /// Seven bits a byte, lowest group first, the top bit says that more follow (LEB128, Protocol
  /// Buffers, Kafka's UNSIGNED_VARINT, MQTT's remaining length). More than `max_bytes` is a
  /// failure.
  std::uint64_t varint(std::size_t max_bytes = 5) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < max_bytes && i < 10; ++i) {
      const std::uint8_t byte = u8();
      if (!ok_) return 0;
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << (7 * i);
      if ((byte & 0x80U) == 0) return value;
    }
    fail();
    return 0;
  }

  /// The next `count` bytes; nothing, and a failure, if there are fewer.
  std::span<const std::byte> take(std::size_t count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::string_view text(std::size_t count) { return as_text(take(count)); }
  bool skip(std::size_t count) {
    take(count);
    return ok_;
  }
  /// The bytes before the next `delimiter`, which is read too; a failure if there is none.
  std::string_view until(char delimiter) {
    const std::string_view all = as_text(rest_);
    const std::size_t at = all.find(delimiter);
    if (at == std::string_view::npos) {
      fail();
      return {};
    }
    rest_ = rest_.subspan(at + 1);
    return all.substr(0, at);
  }
  /// A C string.
  std::string_view c_string() { return until('\0'); }
  /// The next byte without reading it; 0 at the end.
  [[nodiscard]] std::uint8_t peek() const {
    return rest_.empty() ? 0 : std::to_integer<std::uint8_t>(rest_.front());
  }
  /// Whoever finds that a number makes no sense may say so.
  void fail() {
    ok_ = false;
    rest_ = {};
  }

 private:
  static std::string_view as_text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  template <std::integral T>
  T read(std::endian order) {
    const auto bytes = take(sizeof(T));
    if (bytes.empty()) return 0;
    T value;
    std::memcpy(&value, bytes.data(), sizeof(T));
    return order == std::endian::native ? value : std::byteswap(value);
  }

  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace obi::base
