// SPDX-License-Identifier: Apache-2.0
#include "inspect/mapped_libraries.hpp"

#include <algorithm>
#include <array>

namespace obi::inspect {
namespace {

constexpr auto kTls = std::to_array<std::string_view>(
    {"libssl.so", "libssl3.so", "libgnutls.so", "libmbedtls.so", "libwolfssl.so", "libs2n.so"});
constexpr auto kRuntimes = std::to_array<std::string_view>(
    {"libjvm.so", "libnode.so", "libpython", "libcoreclr.so", "libruby", "libphp", "liburing.so"});

bool begins_with_one_of(std::string_view name, auto& prefixes) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// The file's name at the end of a line of maps (proc(5)); empty if nothing is mapped from a file.
std::string_view file_name_of(std::string_view line) {
  const std::size_t slash = line.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : line.substr(slash + 1);
}

}  // namespace

bool is_tls_library(std::string_view file_name) { return begins_with_one_of(file_name, kTls); }

std::vector<std::string> relevant_libraries(std::string_view maps) {
  std::vector<std::string> names;
  while (!maps.empty()) {
    const std::size_t end = std::min(maps.find('\n'), maps.size());
    const std::string_view name = file_name_of(maps.substr(0, end));
    maps.remove_prefix(std::min(end + 1, maps.size()));
    if (!is_tls_library(name) && !begins_with_one_of(name, kRuntimes)) continue;
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
  return names;
}

}  // namespace obi::inspect
