// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace obi::app {
inline constexpr const char* kVersion = OBI_VERSION;  // from CMakeLists.txt
}
