// SPDX-License-Identifier: Apache-2.0
// What obi_build_info and obi_internal_build_info say of the program.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace obi::exporting {

struct BuildInfo {
  std::string version = "unset";
  std::string revision = "unset";
  /// Named goversion in the metric, where OBI has its Go version.
  std::string compiler = "g++ " __VERSION__;
};

/// goarch, goos, goversion, revision, version.
std::vector<std::pair<std::string, std::string>> build_labels(const BuildInfo& info);

}  // namespace obi::exporting
