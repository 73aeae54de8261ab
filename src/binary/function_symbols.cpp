// SPDX-License-Identifier: Apache-2.0
#include "binary/function_symbols.hpp"

#include <elf.h>

#include <algorithm>
#include <unordered_set>

namespace obi::binary {
namespace {

void add(FunctionPlaces& found, const FunctionPlace& place) {
  if (found.ambiguous) return;
  const auto at = std::ranges::lower_bound(found.places, place.offset, {}, &FunctionPlace::offset);
  if (at != found.places.end() && at->offset == place.offset) {
    at->size = std::max(at->size, place.size);  // both tables have it, or it has an alias
    return;
  }
  found.places.insert(at, place);
  found.ambiguous = found.places.size() > kMaxFunctionPlaces;
  if (found.ambiguous) found.places.clear();
}

bool is_function(const ElfSymbol& symbol) {
  return symbol.type == STT_FUNC && symbol.section != SHN_UNDEF &&
         (symbol.section < SHN_LORESERVE || symbol.section == SHN_XINDEX);
}

}  // namespace

base::Result<std::unordered_map<std::string, FunctionPlaces>> find_functions(
    ElfFile& file, std::span<const std::string_view> names) {
  if (!file.sections()) return std::unexpected(file.sections().error());
  const std::unordered_set<std::string_view> wanted(names.begin(), names.end());
  std::unordered_map<std::string, FunctionPlaces> found;
  base::Result<void> read = base::fail("no symbols");
  for (const ElfSection& section : *file.sections()) {
    if (section.type != SHT_SYMTAB && section.type != SHT_DYNSYM) continue;
    auto result = file.visit_symbols(section, [&](const ElfSymbol& symbol) {
      const std::string_view name = symbol.name.substr(0, symbol.name.find('@'));
      if (!is_function(symbol) || !wanted.contains(name)) return true;
      const auto offset = file.code_offset(symbol.value);
      if (offset) add(found[std::string(name)], {.offset = *offset, .size = symbol.size});
      return true;
    });
    if (result || !read) read = std::move(result);
  }
  if (!read) return std::unexpected(std::move(read.error()));
  return found;
}

}  // namespace obi::binary
