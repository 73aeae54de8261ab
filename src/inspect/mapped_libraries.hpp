// SPDX-License-Identifier: Apache-2.0
// Libraries that a process has mapped and that decide how its requests can be seen.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace obi::inspect {

/// File names of the TLS libraries and language runtimes in the text of /proc/PID/maps, each once,
/// in the order of the text.
std::vector<std::string> relevant_libraries(std::string_view maps);
bool is_tls_library(std::string_view file_name);

}  // namespace obi::inspect
