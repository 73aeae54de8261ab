// SPDX-License-Identifier: Apache-2.0
// The version of a Linux kernel, as far as features depend on it. Thread-safe.
#pragma once
#include <compare>
#include <string>

namespace obi::base {

struct KernelVersion {
  int major = 0;
  int minor = 0;
  auto operator<=>(const KernelVersion&) const = default;
};

/// "6.1.0-31-amd64" → 6.1; 0.0 for anything else.
KernelVersion parse_release(const std::string& release);
/// Of the running kernel, from uname(2).
KernelVersion running_kernel();

}  // namespace obi::base
