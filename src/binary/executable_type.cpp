// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_type.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <utility>

#include "binary/elf_file.hpp"
#include "binary/file_identity.hpp"

namespace obi::binary {
namespace {

using model::Language;

constexpr std::size_t kMaxSymbols = 200'000;               // looked at for Rust's panic entry
constexpr std::size_t kMaxLibraryName = 255;               // longer ones are no library's
constexpr std::size_t kMaxScannedBytes = 2 * 1024 * 1024;  // of .rodata, for panic locations
constexpr std::size_t kBuildInfoWindowBytes = 64 * 1024;   // where Go puts its magic
constexpr std::string_view kBuildInfoMagic = "\xff Go buildinf:";  // Go, debug/buildinfo
constexpr std::size_t kBuildInfoAlignment = 16;

struct Runtime {
  std::string_view library;  // how the file name of the library begins
  Language language;
};
constexpr std::array kRuntimes = {
    Runtime{"libjvm.so", Language::kJava},    Runtime{"libcoreclr.so", Language::kDotnet},
    Runtime{"libnode.so", Language::kNodejs}, Runtime{"libpython3", Language::kPython},
    Runtime{"libpython2", Language::kPython}, Runtime{"libruby", Language::kRuby},
    Runtime{"libphp", Language::kPhp},
};

struct Interpreter {
  std::string_view prefix;  // of the executable's base name
  Language language;
};
constexpr std::array kInterpreters = {
    Interpreter{"java", Language::kJava},     Interpreter{"dotnet", Language::kDotnet},
    Interpreter{"nodejs", Language::kNodejs}, Interpreter{"node", Language::kNodejs},
    Interpreter{"deno", Language::kNodejs},   Interpreter{"python", Language::kPython},
    Interpreter{"pypy", Language::kPython},   Interpreter{"ruby", Language::kRuby},
    Interpreter{"php-fpm", Language::kPhp},   Interpreter{"php", Language::kPhp},
};

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// "python3.11" is python, "nodemon" is not node: behind the prefix only digits, dots and dashes.
bool is_interpreter(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) &&
         name.find_first_not_of("0123456789.-", prefix.size()) == std::string_view::npos;
}

// "/rustc/<40 hex digits of the compiler's commit>/library/…", the standard library's source paths.
bool has_panic_location(std::string_view bytes) {
  constexpr std::string_view kStart = "/rustc/";
  constexpr std::size_t kCommitLength = 40;
  for (std::size_t at = bytes.find(kStart); at != std::string_view::npos;
       at = bytes.find(kStart, at + 1)) {
    const std::string_view rest = bytes.substr(at + kStart.size());
    if (rest.find_first_not_of("0123456789abcdef") == kCommitLength) return true;
  }
  return false;
}

/// Reads one file section by section.
class Reader {
 public:
  explicit Reader(ElfFile& elf) : elf_(elf) {}

  ExecutableFacts read() {
    facts_.is_elf = true;
    facts_.is_32_bit = elf_.is_32_bit();
    if (elf_.sections()) {
      for (const ElfSection& section : *elf_.sections()) read_section(section);
    }
    if (!facts_.is_go) facts_.is_go = has_build_info();
    return facts_;
  }

 private:
  void read_section(const ElfSection& section) {
    if (section.name == ".go.buildinfo" || section.name == ".gopclntab") facts_.is_go = true;
    if (section.name == ".rustc") facts_.is_rust = true;
    if (facts_.is_go || section.type == SHT_NOBITS) return;
    if (section.name == ".comment" || section.name == ".rodata") look_for_rust(section);
    if (section.type == SHT_DYNAMIC) read_needed(section);
    if (section.type == SHT_SYMTAB && !facts_.is_rust) read_symbols(section);
  }

  void read_needed(const ElfSection& section) {
    const auto entries = elf_.dynamic_entries(section);
    const auto strings = elf_.strings_of(section);
    if (!entries || !strings) return;
    for (const ElfDynamicEntry& entry : *entries) {
      if (entry.tag != DT_NEEDED) continue;
      const std::string_view needed = text_at(*strings, entry.value, kMaxLibraryName).value_or("");
      if (needed.starts_with("libstdc++.so")) facts_.uses_libstdcxx = true;
      const auto* row = std::ranges::find_if(
          kRuntimes, [&](const Runtime& runtime) { return needed.starts_with(runtime.library); });
      if (row != kRuntimes.end()) facts_.runtime = row->language;
    }
  }

  void read_symbols(const ElfSection& section) {
    std::size_t count = 0;
    (void)elf_.visit_symbols(section, [&](const ElfSymbol& symbol) {
      facts_.is_rust = symbol.name == "rust_panic" || symbol.name == "rust_begin_unwind" ||
                       symbol.name == "rust_eh_personality";
      return !facts_.is_rust && ++count < kMaxSymbols;
    });
  }

  std::string bytes_at(std::uint64_t offset, std::uint64_t size, std::size_t limit) {
    return elf_.bytes(offset, std::min<std::uint64_t>(size, limit)).value_or("");
  }

  void look_for_rust(const ElfSection& section) {
    if (facts_.is_rust) return;
    const std::string bytes = bytes_at(section.offset, section.size, kMaxScannedBytes);
    facts_.is_rust = section.name == ".comment" ? bytes.find("rustc version") != std::string::npos
                                                : has_panic_location(bytes);
  }

  // Without section headers Go itself looks at the start of the first writable segment.
  bool has_build_info() {
    if (!elf_.segments()) return false;
    for (const ElfSegment& segment : *elf_.segments()) {
      if (segment.type != PT_LOAD || (segment.flags & PF_W) == 0) continue;
      const auto bytes = bytes_at(segment.offset, segment.file_size, kBuildInfoWindowBytes);
      for (std::size_t at = 0; at < bytes.size(); at += kBuildInfoAlignment) {
        if (std::string_view(bytes).substr(at).starts_with(kBuildInfoMagic)) return true;
      }
      return false;
    }
    return false;
  }

  ElfFile& elf_;
  ExecutableFacts facts_;
};

}  // namespace

ExecutableFacts read_executable(base::Fd file) {
  auto elf = ElfFile::read(std::move(file));
  return elf ? Reader(*elf).read() : ExecutableFacts{};
}

ExecutableFacts read_executable(const std::string& path) {
  auto file = open_regular(path);
  return file ? read_executable(std::move(*file)) : ExecutableFacts{};
}

std::optional<Language> language_of_file(const ExecutableFacts& facts,
                                         std::string_view executable) {
  if (facts.is_go) return Language::kGo;
  const std::string_view name = base_name(executable);
  for (const Interpreter& row : kInterpreters) {
    if (is_interpreter(name, row.prefix)) return row.language;
  }
  return facts.runtime;
}

Language language_of(const ExecutableFacts& facts, std::string_view executable,
                     std::string_view mapped) {
  if (const auto known = language_of_file(facts, executable)) return *known;
  for (const Runtime& row : kRuntimes) {
    if (mapped.find("/" + std::string(row.library)) != std::string_view::npos) return row.language;
  }
  if (facts.is_rust) return Language::kRust;
  return facts.uses_libstdcxx ? Language::kCpp : Language::kGeneric;
}

}  // namespace obi::binary
