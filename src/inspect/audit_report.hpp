// SPDX-License-Identifier: Apache-2.0
// `ebpf-instrument audit`: the two forms of what the agent has in the kernel.
#pragma once
#include <string>

#include "capture/tracer.hpp"

namespace obi::inspect {

std::string render_text(const capture::Audit& audit, capture::Backend backend);
std::string render_json(const capture::Audit& audit, capture::Backend backend);

}  // namespace obi::inspect
