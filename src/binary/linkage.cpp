// SPDX-License-Identifier: Apache-2.0
#include "binary/linkage.hpp"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/fd.hpp"

namespace obi::binary {
namespace {

constexpr std::size_t kMaxSections = 4096;
constexpr std::size_t kMaxSegments = 4096;
constexpr std::size_t kMaxSymbols = 2'000'000;
constexpr std::uint64_t kMaxSectionBytes = 256UL * 1024 * 1024;  // loaded by libelf at once
constexpr std::uint64_t kMaxScannedBytes = 64UL * 1024 * 1024;   // of .rodata
constexpr std::size_t kChunkBytes = 1024UL * 1024;
constexpr std::string_view kBoringName = "BoringSSL";

struct EndElf {
  void operator()(Elf* elf) const { elf_end(elf); }
};

bool is_static(Elf* elf) {
  std::size_t count = 0;
  if (elf_getphdrnum(elf, &count) != 0 || count == 0) return false;
  GElf_Phdr header;
  for (std::size_t i = 0; i < std::min(count, kMaxSegments); ++i) {
    if (gelf_getphdr(elf, static_cast<int>(i), &header) == nullptr) return false;
    if (header.p_type == PT_INTERP) return false;
  }
  return true;
}

/// Looks for TLS in one file, section by section.
class TlsSearch {
 public:
  TlsSearch(int file, Elf* elf) : file_(file), elf_(elf) {}

  std::string run() {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_, &names) != 0 || !is_loadable(names)) return {};
    Elf_Scn* section = nullptr;
    for (std::size_t i = 0; i < kMaxSections; ++i) {
      section = elf_nextscn(elf_, section);
      GElf_Shdr header;
      if (section == nullptr || gelf_getshdr(section, &header) == nullptr) break;
      const char* name = elf_strptr(elf_, names, header.sh_name);
      if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM) read(section, header);
      if (name != nullptr && std::string_view(name) == ".rodata") scan(header);
    }
    if (is_boring_) return "BoringSSL";
    return writes_ ? "OpenSSL" : "";
  }

 private:
  static bool is_loadable(const GElf_Shdr& header) { return header.sh_size <= kMaxSectionBytes; }
  bool is_loadable(std::size_t section) {
    GElf_Shdr header;
    Elf_Scn* found = elf_getscn(elf_, section);
    return found != nullptr && gelf_getshdr(found, &header) != nullptr && is_loadable(header);
  }

  void read(Elf_Scn* section, const GElf_Shdr& header) {
    if (!is_loadable(header) || header.sh_entsize == 0 || !is_loadable(header.sh_link)) return;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return;
    const auto count = std::min<std::size_t>(header.sh_size / header.sh_entsize, kMaxSymbols);
    GElf_Sym symbol;
    for (std::size_t i = 0; i < count; ++i) {
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) return;
      if (symbol.st_shndx == SHN_UNDEF) continue;  // of a library
      const char* name = elf_strptr(elf_, header.sh_link, symbol.st_name);
      if (name != nullptr) look_at(name);
    }
  }

  // SSL_CTX_set_grease_enabled is BoringSSL's alone: its include/openssl/ssl.h.
  void look_at(std::string_view symbol) {
    if (symbol == "SSL_write") writes_ = true;
    if (symbol == "SSL_CTX_set_grease_enabled") is_boring_ = true;
  }

  void scan(const GElf_Shdr& header) {
    std::string chunk(kChunkBytes, '\0');
    const std::uint64_t end = header.sh_offset + std::min(header.sh_size, kMaxScannedBytes);
    std::uint64_t at = header.sh_offset;
    while (at < end && !is_boring_) {
      const ssize_t count =
          pread(file_, chunk.data(), std::min<std::uint64_t>(end - at, kChunkBytes),
                static_cast<off_t>(at));
      if (count < static_cast<ssize_t>(kBoringName.size())) return;
      const std::string_view bytes(chunk.data(), static_cast<std::size_t>(count));
      is_boring_ = bytes.find(kBoringName) != std::string_view::npos;
      at += static_cast<std::size_t>(count) - (kBoringName.size() - 1);  // it may lie across two
    }
  }

  int file_;
  Elf* elf_;
  bool writes_ = false;
  bool is_boring_ = false;
};

}  // namespace

Linkage read_linkage(const std::string& path) {
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file || elf_version(EV_CURRENT) == EV_NONE) return {};
  const std::unique_ptr<Elf, EndElf> elf(elf_begin(file.get(), ELF_C_READ, nullptr));
  if (elf == nullptr || elf_kind(elf.get()) != ELF_K_ELF) return {};
  return {.is_static = is_static(elf.get()), .tls_library = TlsSearch(file.get(), elf.get()).run()};
}

}  // namespace obi::binary
