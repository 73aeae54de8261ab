// SPDX-License-Identifier: Apache-2.0
#include "support/source_folder.hpp"

namespace obi::support {

// Here alone, so that other objects don't depend on where the sources are: checkouts can share a
// compiler cache.
std::string source_folder() { return OBI_SOURCE_DIR; }

}  // namespace obi::support
