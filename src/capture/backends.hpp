// SPDX-License-Identifier: Apache-2.0
// The capture back ends as program sets.
#pragma once
#include "capture/program_set.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

/// Of a certain back end: not kAuto.
ProgramSet program_set(Backend backend);

}  // namespace obi::capture
