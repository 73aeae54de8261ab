// SPDX-License-Identifier: Apache-2.0
// What the tables of an ELF file hold: symbols, dynamic entries, notes.
#include <elf.h>

#include <algorithm>

#include "binary/elf_file.hpp"
#include "binary/elf_raw.hpp"

namespace obi::binary {
namespace {

constexpr std::uint64_t kChunkBytes = 1024UL * 1024;
constexpr std::uint64_t kMaxNoteBytes = 64UL * 1024;  // of one segment
constexpr std::uint64_t kMaxDynamicBytes = 1024UL * 1024;

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// The build id in the text of a note segment.
std::string build_id_in(std::string_view notes) {
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    const auto note = raw_at<Elf64_Nhdr>(notes, 0);
    notes.remove_prefix(sizeof(note));
    const std::size_t name = padded(note.n_namesz);
    if (name > notes.size() || note.n_descsz > notes.size() - name) return {};
    const std::string_view text = notes.substr(name, note.n_descsz);
    if (note.n_type == NT_GNU_BUILD_ID && notes.starts_with(std::string_view("GNU\0", 4))) {
      return std::string(text);
    }
    notes.remove_prefix(std::min(name + padded(note.n_descsz), notes.size()));
  }
  return {};
}

}  // namespace

base::Result<std::string> ElfFile::strings_of(const ElfSection& table) {
  if (!sections_ || table.link == SHN_UNDEF || table.link >= sections_->size()) {
    return base::fail("a table without strings");
  }
  const ElfSection& strings = (*sections_)[table.link];
  if (strings.type == SHT_NOBITS) return base::fail("strings that aren't in the file");
  return exact_bytes(strings.offset, strings.size);
}

base::Result<void> ElfFile::visit_symbols(const ElfSection& table,
                                          const std::function<bool(const ElfSymbol&)>& visit) {
  return is_32_bit_ ? visit_symbols_of<Elf32_Sym>(table, visit)
                    : visit_symbols_of<Elf64_Sym>(table, visit);
}

template <typename Symbol>
base::Result<void> ElfFile::visit_symbols_of(const ElfSection& table,
                                             const std::function<bool(const ElfSymbol&)>& visit) {
  if (table.entry_size != sizeof(Symbol)) return base::fail("symbols of a wrong size");
  if (!is_inside(table.offset, table.size)) return base::fail("symbols beyond the file's end");
  const std::string strings = OBI_TRY(strings_of(table));
  const std::uint64_t count = std::min<std::uint64_t>(table.size / sizeof(Symbol), kMaxSymbols);
  constexpr std::uint64_t kPerChunk = kChunkBytes / sizeof(Symbol);
  for (std::uint64_t at = 0; at < count; at += kPerChunk) {
    const std::uint64_t here = std::min(kPerChunk, count - at);
    const std::string chunk =
        OBI_TRY(exact_bytes(table.offset + at * sizeof(Symbol), here * sizeof(Symbol)));
    for (std::uint64_t i = 0; i < here; ++i) {
      const auto raw = raw_at<Symbol>(chunk, i);
      const auto name = text_at(strings, raw.st_name, kMaxSymbolName);
      if (!name) continue;
      const ElfSymbol symbol{.name = *name,
                             .type = static_cast<std::uint8_t>(ELF64_ST_TYPE(raw.st_info)),
                             .section = raw.st_shndx,
                             .value = raw.st_value,
                             .size = raw.st_size};
      if (!visit(symbol)) return {};
    }
  }
  return {};
}

base::Result<std::vector<ElfDynamicEntry>> ElfFile::dynamic_entries(const ElfSection& table) {
  const std::size_t entry = is_32_bit_ ? sizeof(Elf32_Dyn) : sizeof(Elf64_Dyn);
  if (table.entry_size != entry) return base::fail("dynamic entries of a wrong size");
  if (table.size > kMaxDynamicBytes) return base::fail("too many dynamic entries");
  const std::string bytes = OBI_TRY(exact_bytes(table.offset, table.size));
  std::vector<ElfDynamicEntry> entries;
  for (std::size_t i = 0; i < bytes.size() / entry; ++i) {
    ElfDynamicEntry found;
    if (is_32_bit_) {
      const auto raw = raw_at<Elf32_Dyn>(bytes, i);
      found = {.tag = raw.d_tag, .value = raw.d_un.d_val};
    } else {
      const auto raw = raw_at<Elf64_Dyn>(bytes, i);
      found = {.tag = raw.d_tag, .value = raw.d_un.d_val};
    }
    if (found.tag == DT_NULL) break;
    entries.push_back(found);
  }
  return entries;
}

std::string ElfFile::build_id() {
  if (!segments_) return {};
  for (const ElfSegment& segment : *segments_) {
    if (segment.type != PT_NOTE) continue;
    const auto notes = bytes(segment.offset, std::min(segment.file_size, kMaxNoteBytes));
    std::string found = notes ? build_id_in(*notes) : std::string();
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace obi::binary
