// SPDX-License-Identifier: Apache-2.0
// For tests: Aerospike frames as bytes, made by what its open clients write.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace obi::protocol::aerospike {

inline std::string big(std::uint64_t value, unsigned bytes) {
  std::string text;
  while (bytes-- > 0)
    text += bytes < sizeof(value) ? static_cast<char>(value >> (8 * bytes)) : '\0';
  return text;
}
inline std::string frame(int type, std::string_view content) {
  return std::string{'\2', static_cast<char>(type)} + big(content.size(), 6) + std::string(content);
}
inline std::string field(int type, std::string_view data) {
  return big(data.size() + 1, 4) + static_cast<char>(type) + std::string(data);
}
inline std::string op(int type, std::string_view bin, std::string_view value = "") {
  return big(4 + bin.size() + value.size(), 4) + static_cast<char>(type) + "\3" + '\0' +
         static_cast<char>(bin.size()) + std::string(bin) + std::string(value);
}
struct Parts {
  int info1 = 0;
  int info2 = 0;
  int info3 = 0;
  int result = 0;
  std::initializer_list<std::string> fields;
  std::initializer_list<std::string> ops;
};
/// A message without its frame.
inline std::string part(const Parts& parts) {
  std::string bytes{'\x16',
                    static_cast<char>(parts.info1),
                    static_cast<char>(parts.info2),
                    static_cast<char>(parts.info3),
                    '\0',
                    static_cast<char>(parts.result)};
  bytes += big(0, 12) + big(parts.fields.size(), 2) + big(parts.ops.size(), 2);
  for (const std::string& one : parts.fields) bytes += one;
  for (const std::string& one : parts.ops) bytes += one;
  return bytes;
}
inline std::string message(const Parts& parts) { return frame(3, part(parts)); }
inline std::string key() {
  return field(0, "test") + field(1, "users") + field(4, std::string(20, 'd'));
}
inline std::string request(int info1, int info2, std::initializer_list<std::string> ops = {}) {
  return message({.info1 = info1,
                  .info2 = info2,
                  .fields = {field(0, "test"), field(1, "users"), field(4, std::string(20, 'd'))},
                  .ops = ops});
}
inline std::string get() { return request(3, 0); }
inline std::string put() { return request(0, 1, {op(2, "name", "secret")}); }
inline std::string answer(int result = 0) { return message({.result = result}); }
inline std::string row() { return part({.fields = {field(0, "test")}, .ops = {op(1, "a", "b")}}); }
inline std::string last(int result = 0) { return part({.info3 = 1, .result = result}); }

}  // namespace obi::protocol::aerospike
