// SPDX-License-Identifier: Apache-2.0
// Files that claim to be ELF: everything that is asked of one. Places that are found in it must lie
// in it, and what was read must stay within the budget.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "binary/elf_file.hpp"
#include "binary/executable_type.hpp"
#include "binary/function_symbols.hpp"
#include "binary/linkage.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read(const std::string& path, std::size_t size) {
  obi::binary::read_executable(path);
  obi::binary::read_linkage(path);
  auto file = obi::binary::ElfFile::open(path);
  if (!file) return;
  require(file->build_id().size() <= size);
  constexpr std::array<std::string_view, 3> kNames = {"main", "greet", ""};
  const auto found = obi::binary::find_functions(*file, kNames);
  if (!found) return;
  for (const auto& [name, function] : *found) {
    require(function.places.size() <= obi::binary::kMaxFunctionPlaces);
    for (const auto& place : function.places) {
      require(place.offset < size && file->is_code(place.offset));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const int file = memfd_create("elf", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  require(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == static_cast<ssize_t>(size));
  read(path, size);
  return 0;
}
