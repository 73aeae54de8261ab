// SPDX-License-Identifier: Apache-2.0
// Where functions begin in a file, by the names of their symbols. Any thread, one file each.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "binary/elf_file.hpp"

namespace obi::binary {

struct FunctionPlace {
  std::uint64_t offset = 0;  ///< of its first byte in the file
  std::uint64_t size = 0;    ///< bytes, 0 if the symbol doesn't say
};

/// A name that has more places than this, by versions or as a static function of several files, is
/// one that doesn't say which function is meant.
inline constexpr std::size_t kMaxFunctionPlaces = 16;

struct FunctionPlaces {
  std::vector<FunctionPlace> places;  ///< each once, in ascending order
  bool ambiguous = false;             ///< there are more than kMaxFunctionPlaces: none is kept
};

/// Of each name that has any. Both symbol tables are looked at; a version ("name@VERS",
/// "name@@VERS") doesn't count as part of the name. Imported functions, indirect ones
/// (STT_GNU_IFUNC: their symbol is the resolver) and those that lie in no executable part of the
/// file are left out. An error only if neither table could be read.
base::Result<std::unordered_map<std::string, FunctionPlaces>> find_functions(
    ElfFile& file, std::span<const std::string_view> names);

}  // namespace obi::binary
