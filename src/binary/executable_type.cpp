// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_type.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/fd.hpp"

namespace obi::binary {
namespace {

constexpr std::size_t kMaxSymbols = 200'000;  // looked at for Rust's mangling

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

void read_needed(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ExecutableFacts& facts) {
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
  GElf_Dyn entry;
  for (int i = 0; i < count && gelf_getdyn(data, i, &entry) != nullptr && entry.d_tag != DT_NULL; ++i) {
    if (entry.d_tag != DT_NEEDED) continue;
    const char* name = elf_strptr(elf, header.sh_link, entry.d_un.d_val);
    if (name != nullptr && std::string_view(name).starts_with("libstdc++.so")) facts.uses_libstdcxx = true;
  }
}

void read_symbols(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, ExecutableFacts& facts) {
  Elf_Data* data = elf_getdata(section, nullptr);
  if (data == nullptr || header.sh_entsize == 0) return;
  const std::size_t count = std::min<std::size_t>(header.sh_size / header.sh_entsize, kMaxSymbols);
  GElf_Sym symbol;
  for (std::size_t i = 0; i < count && gelf_getsym(data, static_cast<int>(i), &symbol) != nullptr; ++i) {
    const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
    const std::string_view text = name == nullptr ? std::string_view() : name;
    if (text == "rust_panic" || text == "rust_begin_unwind" || text == "rust_eh_personality") {
      facts.is_rust = true;
      return;
    }
  }
}

struct Runtime {
  std::string_view library;  // part of a mapped file's name
  model::Language language;
};
constexpr std::array kRuntimes = {
    Runtime{"/libjvm.so", model::Language::kJava},       Runtime{"/libcoreclr.so", model::Language::kDotnet},
    Runtime{"/libnode.so", model::Language::kNodejs},    Runtime{"/libpython3", model::Language::kPython},
    Runtime{"/libpython2", model::Language::kPython},    Runtime{"/libruby", model::Language::kRuby},
    Runtime{"/libphp", model::Language::kPhp},
};

struct Interpreter {
  std::string_view prefix;  // of the executable's base name
  model::Language language;
};
constexpr std::array kInterpreters = {
    Interpreter{"java", model::Language::kJava},     Interpreter{"dotnet", model::Language::kDotnet},
    Interpreter{"nodejs", model::Language::kNodejs}, Interpreter{"node", model::Language::kNodejs},
    Interpreter{"deno", model::Language::kNodejs},   Interpreter{"python", model::Language::kPython},
    Interpreter{"pypy", model::Language::kPython},   Interpreter{"ruby", model::Language::kRuby},
    Interpreter{"php-fpm", model::Language::kPhp},   Interpreter{"php", model::Language::kPhp},
};

// "python3.11" is python, "nodemon" is not node: behind the prefix only digits, dots and dashes.
bool is_interpreter(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && name.find_first_not_of("0123456789.-", prefix.size()) == std::string_view::npos;
}

}  // namespace

ExecutableFacts read_executable(const std::string& path) {
  ExecutableFacts facts;
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file || elf_version(EV_CURRENT) == EV_NONE) return facts;
  const std::unique_ptr<Elf, EndElf> elf(elf_begin(file.get(), ELF_C_READ_MMAP, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) return facts;
  facts.is_elf = true;
  facts.is_32_bit = gelf_getclass(elf.get()) == ELFCLASS32;
  std::size_t names = 0;
  if (elf_getshdrstrndx(elf.get(), &names) != 0) return facts;
  Elf_Scn* section = nullptr;
  while ((section = elf_nextscn(elf.get(), section)) != nullptr) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) == nullptr) break;
    const char* raw = elf_strptr(elf.get(), names, header.sh_name);
    const std::string_view name = raw == nullptr ? std::string_view() : raw;
    if (name == ".go.buildinfo" || name == ".gopclntab") facts.is_go = true;
    if (name == ".rustc") facts.is_rust = true;
    if (header.sh_type == SHT_DYNAMIC) read_needed(elf.get(), section, header, facts);
    if (header.sh_type == SHT_SYMTAB && !facts.is_go) read_symbols(elf.get(), section, header, facts);
  }
  return facts;
}

model::Language language_of(const ExecutableFacts& facts, std::string_view executable, std::string_view mapped) {
  if (facts.is_go) return model::Language::kGo;
  const std::string_view name = base_name(executable);
  for (const Interpreter& row : kInterpreters) {
    if (is_interpreter(name, row.prefix)) return row.language;
  }
  for (const Runtime& row : kRuntimes) {
    if (mapped.find(row.library) != std::string_view::npos) return row.language;
  }
  if (facts.is_rust) return model::Language::kRust;
  return facts.uses_libstdcxx ? model::Language::kCpp : model::Language::kGeneric;
}

}  // namespace obi::binary
