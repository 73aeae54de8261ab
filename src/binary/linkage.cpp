// SPDX-License-Identifier: Apache-2.0
#include "binary/linkage.hpp"

#include <elf.h>

#include <algorithm>
#include <string_view>

#include "binary/elf_file.hpp"

namespace obi::binary {
namespace {

constexpr std::uint64_t kMaxRodataBytes = 64UL * 1024 * 1024;  // of .rodata
constexpr std::size_t kRodataChunkBytes = 1024UL * 1024;
constexpr std::string_view kBoringName = "BoringSSL";

bool is_static(const ElfFile& elf) {
  const auto& segments = elf.segments();
  return segments && !segments->empty() &&
         std::ranges::find(*segments, PT_INTERP, &ElfSegment::type) == segments->end();
}

/// Looks for TLS in one file, section by section.
class TlsSearch {
 public:
  explicit TlsSearch(ElfFile& elf) : elf_(elf) {}

  std::string run() {
    if (!elf_.sections()) return {};
    for (const ElfSection& section : *elf_.sections()) {
      if (section.type == SHT_SYMTAB || section.type == SHT_DYNSYM) read(section);
      if (section.name == ".rodata") scan(section);
    }
    if (is_boring_) return "BoringSSL";
    return writes_ ? "OpenSSL" : "";
  }

 private:
  void read(const ElfSection& section) {
    (void)elf_.visit_symbols(section, [this](const ElfSymbol& symbol) {
      if (symbol.section != SHN_UNDEF) look_at(symbol.name);  // else of a library
      return true;
    });
  }

  // SSL_CTX_set_grease_enabled is BoringSSL's alone: its include/openssl/ssl.h.
  void look_at(std::string_view symbol) {
    if (symbol == "SSL_write") writes_ = true;
    if (symbol == "SSL_CTX_set_grease_enabled") is_boring_ = true;
  }

  void scan(const ElfSection& section) {
    const std::uint64_t size = std::min(section.size, kMaxRodataBytes);
    std::uint64_t at = 0;
    while (at < size && !is_boring_) {
      const auto bytes =
          elf_.bytes(section.offset + at, std::min<std::uint64_t>(size - at, kRodataChunkBytes));
      if (!bytes || bytes->size() < kBoringName.size()) return;
      is_boring_ = bytes->contains(kBoringName);
      at += bytes->size() - (kBoringName.size() - 1);  // it may lie across two
    }
  }

  ElfFile& elf_;
  bool writes_ = false;
  bool is_boring_ = false;
};

}  // namespace

Linkage read_linkage(const std::string& path) {
  auto elf = ElfFile::open(path);
  if (!elf) return {};
  return {.is_static = is_static(*elf), .tls_library = TlsSearch(*elf).run()};
}

}  // namespace obi::binary
