// SPDX-License-Identifier: Apache-2.0
// Makes a low-cardinality route out of a path: segments that look like identifiers become the
// wildcard. Pure; writes into the caller's buffer.
#pragma once
#include <string>
#include <string_view>

namespace obi::pipeline {

/// Is the text like a word, as opposed to letters thrown together? Pieces between '-', '_' and '.'
/// are judged one by one.
bool is_word(std::string_view segment);

/// The route of `path` into `out` (cleared first). A segment stays if it is made of letters, '-',
/// '_',
/// '.' and spaces, with at most one other character, in second place ("v1", "k6-runs"), and is like
/// a word; else it becomes `wildcard`. The path ends before its tenth '/' and before '?', '&' and
/// '#'.
void cluster_path(std::string_view path, char wildcard, std::string& out);

}  // namespace obi::pipeline
