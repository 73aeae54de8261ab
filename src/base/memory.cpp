// SPDX-License-Identifier: Apache-2.0
#include "base/memory.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "base/fd.hpp"

namespace obi::base {

std::size_t resident_bytes() {
  const Fd file(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  if (file.get() < 0 || read(file.get(), text.data(), text.size() - 1) <= 0) return 0;
  unsigned long pages = 0;
  if (std::sscanf(text.data(), "%*u %lu", &pages) != 1) return 0;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void trim_heap() { malloc_trim(0); }

// glibc gives each thread a heap of its own, up to eight per core, and what one thread frees no
// other uses. A threshold that is set doesn't grow, so a large block that was freed is gone.
void tune_heap() {
  constexpr int kHeaps = 2;
  constexpr int kLargeBlock = 128 * 1024;
  mallopt(M_ARENA_MAX, kHeaps);
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
  mallopt(M_TRIM_THRESHOLD, 2 * kLargeBlock);
}

}  // namespace obi::base
