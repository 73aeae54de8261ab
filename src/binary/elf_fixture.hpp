// SPDX-License-Identifier: Apache-2.0
// A small shared object made of bytes, to be bent by tests: one executable segment, a table of
// symbols with its strings, a build id. No instruction in it is ever run.
#pragma once
#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace obi::binary {

template <typename Struct>
std::string bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

/// Deleted at the end of the test.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& bytes)
      : path_(testing::TempDir() + "obi-file-" + std::to_string(getpid()) + "-" +
              std::to_string(next_++)) {
    write(bytes);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() { unlink(path_.c_str()); }
  void write(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static inline int next_ = 0;
  std::string path_;
};

class ElfImage {
 public:
  static constexpr std::uint64_t kCodeOffset = 0x200;
  static constexpr std::uint64_t kCodeAddress = 0x401200;
  static constexpr std::uint64_t kCodeBytes = 0x100;

  Elf64_Ehdr header{};
  Elf64_Phdr code{};
  Elf64_Phdr notes{};
  Elf64_Shdr sections[4]{};  // none, strings, symbols, names
  std::string strings = std::string(1, '\0');
  std::vector<Elf64_Sym> symbols{Elf64_Sym{}};
  std::string build_id = "0123456789";

  ElfImage() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_DYN;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 2;
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 4;
    header.e_shstrndx = 3;
    code.p_type = PT_LOAD;
    code.p_flags = PF_R | PF_X;
    code.p_offset = kCodeOffset;
    code.p_vaddr = kCodeAddress;
    code.p_filesz = code.p_memsz = kCodeBytes;
    notes.p_type = PT_NOTE;
  }

  void add(std::string_view name, std::uint64_t address, unsigned char type = STT_FUNC,
           std::uint16_t section = 1) {
    Elf64_Sym symbol{};
    symbol.st_name = static_cast<std::uint32_t>(strings.size());
    symbol.st_info = ELF64_ST_INFO(STB_GLOBAL, type);
    symbol.st_shndx = section;
    symbol.st_value = address;
    symbol.st_size = 16;
    symbols.push_back(symbol);
    strings += std::string(name) + '\0';
  }

  /// Fills in where everything lies; what is set afterwards in the headers stays as it is.
  void lay_out() {
    std::uint64_t at = kCodeOffset + kCodeBytes;
    const auto place = [&](Elf64_Shdr& section, std::uint32_t name, std::uint32_t type,
                           std::uint64_t size) {
      section.sh_name = name;
      section.sh_type = type;
      section.sh_offset = at;
      section.sh_size = size;
      at += size;
    };
    place(sections[1], 1, SHT_STRTAB, strings.size());
    place(sections[2], 9, SHT_SYMTAB, symbols.size() * sizeof(Elf64_Sym));
    sections[2].sh_link = 1;
    sections[2].sh_entsize = sizeof(Elf64_Sym);
    place(sections[3], 17, SHT_STRTAB, kNames.size());
    notes.p_offset = at;
    notes.p_filesz = note().size();
    header.e_shoff = at + notes.p_filesz;
  }

  [[nodiscard]] std::string bytes() const {
    std::string file = bytes_of(header) + bytes_of(code) + bytes_of(notes);
    file.resize(kCodeOffset + kCodeBytes, '\x90');
    file += strings;
    for (const Elf64_Sym& symbol : symbols) file += bytes_of(symbol);
    return file + std::string(kNames) + note() + bytes_of(sections);
  }

 private:
  static constexpr std::string_view kNames{"\0.strtab\0.symtab\0.shstrtab\0", 27};
  [[nodiscard]] std::string note() const {
    const Elf64_Nhdr head{.n_namesz = 4,
                          .n_descsz = static_cast<std::uint32_t>(build_id.size()),
                          .n_type = NT_GNU_BUILD_ID};
    return bytes_of(head) + std::string("GNU\0", 4) + build_id;
  }
};

}  // namespace obi::binary
