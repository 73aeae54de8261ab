// SPDX-License-Identifier: Apache-2.0
// Bump allocator for the strings of one span batch. Freed as a whole by `reset`, which keeps its
// blocks, so a recycled batch allocates nothing. Not thread-safe: one owner at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace obi::base {

class Arena {
 public:
  static constexpr std::size_t kBlockBytes = 64 * 1024;

  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  /// Uninitialised bytes, not aligned: for text. `size` above kBlockBytes gets a block of its own.
  char* allocate(std::size_t size);
  /// A copy that lives until `reset`. Empty text needs no memory.
  std::string_view copy(std::string_view text);
  /// The two joined.
  std::string_view join(std::string_view first, std::string_view second);
  /// Forgets everything; keeps at most `kKeptBlocks` blocks for the next use.
  void reset();
  [[nodiscard]] std::size_t used_bytes() const { return used_bytes_; }

 private:
  static constexpr std::size_t kKeptBlocks = 4;
  struct Block {
    std::unique_ptr<char[]> memory;
    std::size_t size = 0;
  };
  std::vector<Block> blocks_;
  std::size_t current_ = 0;  // index of the block being filled
  std::size_t offset_ = 0;   // next free byte of it
  std::size_t used_bytes_ = 0;
};

}  // namespace obi::base
