// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_type.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/fd.hpp"

namespace obi::binary {
namespace {

using model::Language;

constexpr std::size_t kMaxSections = 4096;
constexpr std::size_t kMaxSymbols = 200'000;                  // looked at for Rust's panic entry
constexpr std::uint64_t kMaxSectionBytes = 64 * 1024 * 1024;  // loaded by libelf at once
constexpr std::size_t kMaxScannedBytes = 2 * 1024 * 1024;     // of .rodata, for panic locations
constexpr std::size_t kBuildInfoWindowBytes = 64 * 1024;      // where Go puts its magic
constexpr std::string_view kBuildInfoMagic = "\xff Go buildinf:";  // Go, debug/buildinfo
constexpr std::size_t kBuildInfoAlignment = 16;

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

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
  explicit Reader(int file) : file_(file), elf_(elf_begin(file, ELF_C_READ, nullptr)) {}

  ExecutableFacts read() {
    if (elf_ == nullptr || elf_kind(elf_.get()) != ELF_K_ELF) return facts_;
    facts_.is_elf = true;
    facts_.is_32_bit = gelf_getclass(elf_.get()) == ELFCLASS32;
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_.get(), &names) == 0 && is_loadable(names)) read_sections(names);
    if (!facts_.is_go) facts_.is_go = has_build_info();
    return facts_;
  }

 private:
  static bool is_loadable(const GElf_Shdr& header) { return header.sh_size <= kMaxSectionBytes; }
  bool is_loadable(std::size_t section) {
    GElf_Shdr header;
    Elf_Scn* found = elf_getscn(elf_.get(), section);
    return found != nullptr && gelf_getshdr(found, &header) != nullptr && is_loadable(header);
  }

  std::string_view text_at(std::size_t section, std::size_t offset) {
    const char* text = elf_strptr(elf_.get(), section, offset);
    return text == nullptr ? std::string_view() : text;
  }

  void read_sections(std::size_t names) {
    Elf_Scn* section = nullptr;
    for (std::size_t i = 0; i < kMaxSections; ++i) {
      section = elf_nextscn(elf_.get(), section);
      GElf_Shdr header;
      if (section == nullptr || gelf_getshdr(section, &header) == nullptr) return;
      read_section(section, header, text_at(names, header.sh_name));
    }
  }

  void read_section(Elf_Scn* section, const GElf_Shdr& header, std::string_view name) {
    if (name == ".go.buildinfo" || name == ".gopclntab") facts_.is_go = true;
    if (name == ".rustc") facts_.is_rust = true;
    if (facts_.is_go || header.sh_type == SHT_NOBITS) return;
    if (name == ".comment" || name == ".rodata") look_for_rust(header, name);
    if (!is_loadable(header) || header.sh_entsize == 0 || !is_loadable(header.sh_link)) return;
    if (header.sh_type == SHT_DYNAMIC) read_needed(section, header);
    if (header.sh_type == SHT_SYMTAB && !facts_.is_rust) read_symbols(section, header);
  }

  void read_needed(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return;
    const auto count = static_cast<int>(header.sh_size / header.sh_entsize);
    GElf_Dyn entry;
    for (int i = 0; i < count && gelf_getdyn(data, i, &entry) != nullptr; ++i) {
      if (entry.d_tag == DT_NULL) return;
      if (entry.d_tag != DT_NEEDED) continue;
      const std::string_view needed = text_at(header.sh_link, entry.d_un.d_val);
      if (needed.starts_with("libstdc++.so")) facts_.uses_libstdcxx = true;
      const auto* row = std::ranges::find_if(
          kRuntimes, [&](const Runtime& runtime) { return needed.starts_with(runtime.library); });
      if (row != kRuntimes.end()) facts_.runtime = row->language;
    }
  }

  void read_symbols(Elf_Scn* section, const GElf_Shdr& header) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return;
    const auto count = std::min<std::size_t>(header.sh_size / header.sh_entsize, kMaxSymbols);
    GElf_Sym symbol;
    for (std::size_t i = 0; i < count; ++i) {
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return;
      const std::string_view text = text_at(header.sh_link, symbol.st_name);
      if (text == "rust_panic" || text == "rust_begin_unwind" || text == "rust_eh_personality") {
        facts_.is_rust = true;
        return;
      }
    }
  }

  std::string bytes_at(std::uint64_t offset, std::uint64_t size, std::size_t limit) const {
    std::string bytes(std::min<std::uint64_t>(size, limit), '\0');
    const ssize_t count = pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

  void look_for_rust(const GElf_Shdr& header, std::string_view name) {
    if (facts_.is_rust) return;
    const std::string bytes = bytes_at(header.sh_offset, header.sh_size, kMaxScannedBytes);
    facts_.is_rust = name == ".comment" ? bytes.find("rustc version") != std::string::npos
                                        : has_panic_location(bytes);
  }

  // Without section headers Go itself looks at the start of the first writable segment.
  bool has_build_info() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_.get(), &count) != 0) return false;
    for (std::size_t i = 0; i < std::min(count, kMaxSections); ++i) {
      GElf_Phdr header;
      if (gelf_getphdr(elf_.get(), static_cast<int>(i), &header) == nullptr) return false;
      if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
      const auto bytes = bytes_at(header.p_offset, header.p_filesz, kBuildInfoWindowBytes);
      for (std::size_t at = 0; at < bytes.size(); at += kBuildInfoAlignment) {
        if (std::string_view(bytes).substr(at).starts_with(kBuildInfoMagic)) return true;
      }
      return false;
    }
    return false;
  }

  int file_;
  std::unique_ptr<Elf, EndElf> elf_;
  ExecutableFacts facts_;
};

}  // namespace

ExecutableFacts read_executable(int file) {
  if (elf_version(EV_CURRENT) == EV_NONE) return {};
  return Reader(file).read();
}

ExecutableFacts read_executable(const std::string& path) {
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  return file ? read_executable(file.get()) : ExecutableFacts{};
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
