// SPDX-License-Identifier: Apache-2.0
// Bump allocator for the strings of one span batch. Freed as a whole by `reset`, which keeps its
// blocks, so a recycled batch allocates nothing. Not thread-safe: one owner at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace obi::base {

class Arena {
 public:
  static constexpr std::size_t kBlockBytes = 64 * 1024;

  Arena() = default;
  Arena(Arena&& other) noexcept { swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    swap(other);
    return *this;
  }

  /// Uninitialised bytes, not aligned: for text. `size` above kBlockBytes gets a block of its own.
  char* allocate(std::size_t size) {
    if (size > left_) make_room(size);
    char* memory = next_;
    next_ += size;
    left_ -= size;
    used_bytes_ += size;
    return memory;
  }
  /// A value that lives until `reset`, without its destructor being run.
  template <typename T>
  T& make() {
    static_assert(std::is_trivially_destructible_v<T>);
    void* memory = allocate(sizeof(T) + alignof(T) - 1);
    std::size_t space = sizeof(T) + alignof(T) - 1;
    return *new (std::align(alignof(T), sizeof(T), memory, space)) T();
  }
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
  void make_room(std::size_t size);
  void swap(Arena& other) noexcept;

  std::vector<Block> blocks_;
  std::size_t next_block_ = 0;  // index of the block behind the one being filled
  char* next_ = nullptr;        // next free byte of that one
  std::size_t left_ = 0;        // free bytes of it
  std::size_t used_bytes_ = 0;
};

}  // namespace obi::base
