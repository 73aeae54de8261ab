// SPDX-License-Identifier: Apache-2.0
// For tests: BSON documents and MongoDB messages as bytes.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace obi::protocol::mongo {

inline std::string le32(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

/// Elements one after another: `Bson().text("find", "users").int32("limit", 5).document()`.
class Bson {
 public:
  Bson& text(std::string_view key, std::string_view value) {
    return add(0x02, key,
               le32(static_cast<std::uint32_t>(value.size() + 1)) + std::string(value) + '\0');
  }
  Bson& int32(std::string_view key, std::int32_t value) {
    return add(0x10, key, le32(static_cast<std::uint32_t>(value)));
  }
  Bson& real(std::string_view key, double value) {
    std::string bytes(sizeof(value), '\0');
    std::memcpy(bytes.data(), &value, sizeof(value));
    return add(0x01, key, bytes);
  }
  Bson& sub(std::string_view key, const Bson& value) { return add(0x03, key, value.document()); }
  Bson& array(std::string_view key, const Bson& value) { return add(0x04, key, value.document()); }
  Bson& add(std::uint8_t type, std::string_view key, const std::string& value) {
    elements_ += static_cast<char>(type);
    elements_ += key;
    elements_ += '\0' + value;
    return *this;
  }
  [[nodiscard]] std::string document() const {
    return le32(static_cast<std::uint32_t>(elements_.size() + 5)) + elements_ + '\0';
  }

 private:
  std::string elements_;
};

inline std::string message(std::uint32_t id, std::uint32_t answers, std::uint32_t op_code,
                           const std::string& content) {
  return le32(static_cast<std::uint32_t>(16 + content.size())) + le32(id) + le32(answers) +
         le32(op_code) + content;
}
/// OP_MSG with a body.
inline std::string op_msg(std::uint32_t id, std::uint32_t answers, const Bson& body,
                          std::uint32_t flags = 0) {
  return message(id, answers, 2013, le32(flags) + '\0' + body.document());
}
inline std::string sequence(std::string_view name, const std::string& documents) {
  return '\1' + le32(static_cast<std::uint32_t>(4 + name.size() + 1 + documents.size())) +
         std::string(name) + '\0' + documents;
}
inline std::string command(std::uint32_t id, std::string_view name, std::string_view collection) {
  return op_msg(id, 0, Bson().text(name, collection).text("$db", "shop"));
}
inline std::string done(std::uint32_t answers, std::uint32_t id = 900) {
  return op_msg(id, answers, Bson().real("ok", 1));
}
inline std::string refused(std::uint32_t answers, std::int32_t code, std::string_view text) {
  return op_msg(
      901, answers,
      Bson().real("ok", 0).text("errmsg", text).int32("code", code).text("codeName", "X"));
}

}  // namespace obi::protocol::mongo
