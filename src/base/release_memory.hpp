// SPDX-License-Identifier: Apache-2.0
// Gives a container's memory back. `container = {}` empties a std::string or std::vector and keeps
// its memory ([vector.cons]: assignment from an initializer list); shrink_to_fit is a request only.
#pragma once

namespace obi::base {

template <typename Container>
void release_memory(Container& container) {
  Container().swap(container);
}

}  // namespace obi::base
