// SPDX-License-Identifier: Apache-2.0
#include "inspect/mapped_libraries.hpp"

#include <algorithm>
#include <array>

#include "binary/mapped_files.hpp"

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

}  // namespace

bool is_tls_library(std::string_view file_name) { return begins_with_one_of(file_name, kTls); }

std::vector<std::string> relevant_libraries(std::string_view maps) {
  std::vector<std::string> names;
  for (const binary::MappedFile& file : binary::parse_maps(maps)) {
    const std::string_view name = binary::file_name_of(file.path);
    if (!is_tls_library(name) && !begins_with_one_of(name, kRuntimes)) continue;
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
  return names;
}

}  // namespace obi::inspect
