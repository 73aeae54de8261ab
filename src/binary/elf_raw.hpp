// SPDX-License-Identifier: Apache-2.0
// Entries of ELF tables as the file has them. Used by the reader only.
#pragma once
#include <cstring>
#include <string_view>

namespace obi::binary {

// Entry `index` of a table; `bytes` holds it.
template <typename Raw>
Raw raw_at(std::string_view bytes, std::size_t index) {
  Raw raw;
  std::memcpy(&raw, bytes.data() + index * sizeof(Raw), sizeof(Raw));
  return raw;
}

}  // namespace obi::binary
