// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/build_info.hpp"

namespace obi::exporting {
namespace {

#if defined(__x86_64__)
constexpr const char* kArchitecture = "amd64";
#elif defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
#error "unsupported architecture"
#endif

}  // namespace

std::vector<std::pair<std::string, std::string>> build_labels(const BuildInfo& info) {
  return {{"goarch", kArchitecture},
          {"goos", "linux"},
          {"goversion", info.compiler},
          {"revision", info.revision},
          {"version", info.version}};
}

}  // namespace obi::exporting
