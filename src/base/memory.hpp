// SPDX-License-Identifier: Apache-2.0
// This process's memory, as the kernel counts it. Any thread.
#pragma once
#include <cstddef>

namespace obi::base {

/// Bytes that are resident now (/proc/self/statm); 0 if that can't be read.
std::size_t resident_bytes();
/// Gives the heap's free pages back to the kernel.
void trim_heap();
/// Few heaps, and large blocks by themselves, so that what is freed goes back to the kernel. Before
/// there are threads.
void tune_heap();

}  // namespace obi::base
