// SPDX-License-Identifier: Apache-2.0
#include "base/arena.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace obi::base {

void Arena::make_room(std::size_t size) {
  while (next_block_ < blocks_.size() && blocks_[next_block_].size < size) ++next_block_;
  if (next_block_ == blocks_.size()) {
    const std::size_t block = std::max(size, kBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block), block});
  }
  const Block& block = blocks_[next_block_++];
  next_ = block.memory.get();
  left_ = block.size;
}

void Arena::swap(Arena& other) noexcept {
  blocks_.swap(other.blocks_);
  std::swap(next_block_, other.next_block_);
  std::swap(next_, other.next_);
  std::swap(left_, other.left_);
  std::swap(used_bytes_, other.used_bytes_);
}

std::string_view Arena::copy(std::string_view text) {
  if (text.empty()) return {};
  char* memory = allocate(text.size());
  std::memcpy(memory, text.data(), text.size());
  return {memory, text.size()};
}

std::string_view Arena::join(std::string_view first, std::string_view second) {
  const std::size_t size = first.size() + second.size();
  if (size == 0) return {};
  char* memory = allocate(size);
  std::memcpy(memory, first.data(), first.size());
  if (!second.empty()) std::memcpy(memory + first.size(), second.data(), second.size());
  return {memory, size};
}

void Arena::reset() {
  if (used_bytes_ == 0) return;
  if (blocks_.size() > kKeptBlocks) blocks_.resize(kKeptBlocks);
  std::erase_if(blocks_, [](const Block& block) { return block.size > kBlockBytes; });
  next_ = nullptr;
  next_block_ = left_ = used_bytes_ = 0;
}

}  // namespace obi::base
