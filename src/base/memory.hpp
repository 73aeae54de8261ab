// SPDX-License-Identifier: Apache-2.0
// This process's memory, as the kernel counts it. Any thread.
#pragma once
#include <cstddef>

namespace obi::base {

/// Bytes that are resident now (/proc/self/statm); 0 if that can't be read.
std::size_t resident_bytes();

}  // namespace obi::base
