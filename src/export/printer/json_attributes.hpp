// SPDX-License-Identifier: Apache-2.0
// The `attributes` object of a span in the JSON forms: OBI's keys in alphabetical order, and what
// only we tell among them. Internal to the printer.
#pragma once
#include "base/arena.hpp"
#include "export/printer/object_writer.hpp"
#include "model/span.hpp"

namespace obi::exporting {

/// Writes the members and ends the object.
void append_attributes(ObjectWriter& object, const model::Span& span, base::Arena& scratch);

}  // namespace obi::exporting
