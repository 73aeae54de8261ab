// SPDX-License-Identifier: Apache-2.0
// Remembers what is known of executables, so that a program that is started often is read once.
// Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/lru.hpp"
#include "binary/executable_type.hpp"
#include "binary/file_identity.hpp"

namespace obi::binary {

class ExecutableCache {
 public:
  static constexpr std::size_t kDefaultCapacity = 1024;
  explicit ExecutableCache(std::size_t capacity = kDefaultCapacity) : known_(capacity) {}

  /// As read_executable. A file is taken for the same while its inode, size and times are.
  ExecutableFacts read(const std::string& path);
  [[nodiscard]] std::uint64_t files_read() const { return files_read_; }

 private:
  struct Key {
    FileIdentity identity;
    FileStamp stamp;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  base::LruMap<Key, ExecutableFacts, KeyHash> known_;
  std::uint64_t files_read_ = 0;
};

}  // namespace obi::binary
