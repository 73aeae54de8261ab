// SPDX-License-Identifier: Apache-2.0
#include "base/kernel_version.hpp"

#include <sys/utsname.h>

#include <cstdio>

namespace obi::base {

KernelVersion parse_release(const std::string& release) {
  KernelVersion version;
  if (std::sscanf(release.c_str(), "%d.%d", &version.major, &version.minor) != 2) return {};
  return version;
}

KernelVersion running_kernel() {
  utsname system{};
  return uname(&system) == 0 ? parse_release(system.release) : KernelVersion{};
}

}  // namespace obi::base
