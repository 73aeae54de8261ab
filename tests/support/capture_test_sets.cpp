// SPDX-License-Identifier: Apache-2.0
#include "support/capture_test_sets.hpp"

#include <unistd.h>

#include "bpf/shared/shared_state.h"  // a type of the skeleton
#include "test_sets.skel.h"

extern "C" [[gnu::noinline]] void obi_test_plaintext(int fd, const char* bytes, std::uint64_t size,
                                                     int direction,
                                                     const obi_segment_context* context) {
  asm volatile("" : : "r"(fd), "r"(bytes), "r"(size), "r"(direction), "r"(context) : "memory");
}

namespace obi::capture {

bool has_uprobes() { return access("/sys/bus/event_source/devices/uprobe/type", R_OK) == 0; }

const void* test_object(std::size_t* bytes) { return test_sets_bpf__elf_bytes(bytes); }

}  // namespace obi::capture
