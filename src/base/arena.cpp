// SPDX-License-Identifier: Apache-2.0
#include "base/arena.hpp"

#include <algorithm>
#include <cstring>

namespace obi::base {

char* Arena::allocate(std::size_t size) {
  used_bytes_ += size;
  while (current_ < blocks_.size() && blocks_[current_].size - offset_ < size) {
    ++current_;
    offset_ = 0;
  }
  if (current_ == blocks_.size()) {
    const std::size_t block = std::max(size, kBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(block), block});
  }
  char* memory = blocks_[current_].memory.get() + offset_;
  offset_ += size;
  return memory;
}

std::string_view Arena::copy(std::string_view text) { return join(text, {}); }

std::string_view Arena::join(std::string_view first, std::string_view second) {
  const std::size_t size = first.size() + second.size();
  if (size == 0) return {};
  char* memory = allocate(size);
  std::memcpy(memory, first.data(), first.size());
  if (!second.empty()) std::memcpy(memory + first.size(), second.data(), second.size());
  return {memory, size};
}

void Arena::reset() {
  if (blocks_.size() > kKeptBlocks) blocks_.resize(kKeptBlocks);
  std::erase_if(blocks_, [](const Block& block) { return block.size > kBlockBytes; });
  current_ = offset_ = used_bytes_ = 0;
}

}  // namespace obi::base
