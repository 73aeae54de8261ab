// SPDX-License-Identifier: Apache-2.0
// Makes a low-cardinality route out of a path: segments that look like identifiers become the
// wildcard (path_segment.hpp says which). Pure; writes into the caller's buffer.
#pragma once
#include <string>
#include <string_view>

namespace obi::pipeline {

/// The route of `path` into `out` (cleared first). The path ends before its tenth '/' and before
/// '?', '&' and '#'.
void cluster_path(std::string_view path, char wildcard, std::string& out);

}  // namespace obi::pipeline
