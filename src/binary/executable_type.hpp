// SPDX-License-Identifier: Apache-2.0
// What kind of program an executable is: Go, a managed runtime, or something generic. Judged from the ELF file and from
// the libraries that the process has mapped. Hostile files are refused by libelf's own bounds checks; nothing is executed.
#pragma once
#include <string>
#include <string_view>

#include "model/service.hpp"

namespace obi::binary {

struct ExecutableFacts {
  bool is_elf = false;
  bool is_32_bit = false;
  bool is_go = false;    ///< has .go.buildinfo or .gopclntab
  bool is_rust = false;  ///< has a .rustc note or Rust's mangled panic entry
  bool uses_libstdcxx = false;
};

/// Reads the section names, needed libraries and, for Rust, the symbol names of the file. A file that isn't ELF or can't
/// be opened gives all false.
ExecutableFacts read_executable(const std::string& path);

/// `executable` is the path as the process sees it; `mapped` the text of its /proc/PID/maps.
model::Language language_of(const ExecutableFacts& facts, std::string_view executable, std::string_view mapped);

}  // namespace obi::binary
