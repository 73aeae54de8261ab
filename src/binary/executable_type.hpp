// SPDX-License-Identifier: Apache-2.0
// What kind of program an executable is: Go, a managed runtime, or something generic. Judged from
// the ELF file and from the libraries that the process has mapped. Files are hostile: every read is
// bounded, nothing is memory-mapped (the file may shrink meanwhile), nothing is executed.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/fd.hpp"
#include "model/service.hpp"

namespace obi::binary {

struct ExecutableFacts {
  bool is_elf = false;
  bool is_32_bit = false;
  bool is_go = false;    ///< has .go.buildinfo, .gopclntab or the build info magic
  bool is_rust = false;  ///< compiled by rustc: .comment, .rustc, panic symbols or panic locations
  bool uses_libstdcxx = false;
  std::optional<model::Language> runtime;  ///< of a managed runtime's library that it needs
};

/// A file that isn't ELF, can't be opened or is broken gives what was found until there.
ExecutableFacts read_executable(const std::string& path);
ExecutableFacts read_executable(base::Fd file);

/// By the file and its name alone; nullopt if the mapped libraries decide.
std::optional<model::Language> language_of_file(const ExecutableFacts& facts,
                                                std::string_view executable);

/// `executable` is the path as the process sees it; `mapped` the text of its /proc/PID/maps.
model::Language language_of(const ExecutableFacts& facts, std::string_view executable,
                            std::string_view mapped);

}  // namespace obi::binary
