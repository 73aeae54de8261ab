// SPDX-License-Identifier: Apache-2.0
// The one reader of ELF files (elf(5)): headers, sections, segments, symbols, notes, of 32 and 64
// bits in this machine's byte order. Files are hostile and may change while they are read: nothing
// is memory-mapped, every place is held against the file's size, and one budget bounds what is
// read of a file in all, holes included. Not libelf, which reserves memory for as much as the
// headers claim. Not thread-safe.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace obi::binary {

struct ElfSection {
  std::string name;
  std::uint32_t type = 0;  ///< SHT_…
  std::uint32_t link = 0;  ///< index of the section of its strings
  std::uint64_t address = 0;
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t size = 0;    ///< bytes
  std::uint64_t entry_size = 0;
};

struct ElfSegment {
  std::uint32_t type = 0;   ///< PT_…
  std::uint32_t flags = 0;  ///< PF_…
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
};

struct ElfSymbol {
  std::string_view name;  ///< until the visit is over; with its version if the table has it so
  std::uint8_t type = 0;  ///< STT_…
  std::uint16_t section = 0;
  std::uint64_t value = 0;
  std::uint64_t size = 0;
};

struct ElfDynamicEntry {
  std::int64_t tag = 0;  ///< DT_…
  std::uint64_t value = 0;
};

class ElfFile {
 public:
  /// Bytes read of one file, all reads together.
  static constexpr std::uint64_t kBudgetBytes = 256UL * 1024 * 1024;
  /// Held in memory at once: a table of strings.
  static constexpr std::uint64_t kMaxTableBytes = 64UL * 1024 * 1024;
  static constexpr std::size_t kMaxSections = 65'536;
  static constexpr std::size_t kMaxSegments = 4096;
  static constexpr std::size_t kMaxSymbols = 2'000'000;  ///< of one table
  static constexpr std::size_t kMaxSectionName = 255;    ///< longer ones are left empty
  static constexpr std::size_t kMaxSymbolName = 1024;  ///< symbols with longer ones are passed over

  /// Fails if it is no regular file, or not ELF. Broken tables don't fail it: see below.
  static base::Result<ElfFile> open(const std::string& path);
  static base::Result<ElfFile> read(base::Fd file);

  [[nodiscard]] bool is_32_bit() const { return is_32_bit_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }
  /// An error if the table reaches beyond the file, has entries of a wrong size, or too many.
  [[nodiscard]] const base::Result<std::vector<ElfSection>>& sections() const { return sections_; }
  [[nodiscard]] const base::Result<std::vector<ElfSegment>>& segments() const { return segments_; }
  /// Null if there is none.
  [[nodiscard]] const ElfSection* section(std::string_view name) const;

  /// `size` bytes, fewer where the file ends. EFBIG beyond the budget or kMaxTableBytes.
  base::Result<std::string> bytes(std::uint64_t offset, std::uint64_t size);

  /// Entries of a SHT_SYMTAB or SHT_DYNSYM, until `visit` returns false.
  base::Result<void> visit_symbols(const ElfSection& table,
                                   const std::function<bool(const ElfSymbol&)>& visit);
  /// Entries of a SHT_DYNAMIC before DT_NULL.
  base::Result<std::vector<ElfDynamicEntry>> dynamic_entries(const ElfSection& table);
  /// The strings of another section's `link`; text_at gives one of them.
  base::Result<std::string> strings_of(const ElfSection& table);

  /// Where in the file that address of an executable segment lies. Nothing if there is no such
  /// segment, or if the segment reaches beyond the file.
  [[nodiscard]] std::optional<std::uint64_t> code_offset(std::uint64_t address) const;
  /// Whether that place of the file is mapped executable.
  [[nodiscard]] bool is_code(std::uint64_t offset) const;
  /// NT_GNU_BUILD_ID, as raw bytes; empty if there is none.
  std::string build_id();

 private:
  ElfFile(base::Fd file, std::uint64_t size_bytes, bool is_32_bit)
      : file_(std::move(file)), size_bytes_(size_bytes), is_32_bit_(is_32_bit) {}
  template <typename Types>
  void read_tables();
  template <typename Types>
  base::Result<std::vector<ElfSection>> read_sections(const typename Types::Header& header);
  template <typename Types>
  base::Result<std::vector<ElfSegment>> read_segments(const typename Types::Header& header);
  template <typename Symbol>
  base::Result<void> visit_symbols_of(const ElfSection& table,
                                      const std::function<bool(const ElfSymbol&)>& visit);
  base::Result<std::string> exact_bytes(std::uint64_t offset, std::uint64_t size);
  [[nodiscard]] bool is_inside(std::uint64_t offset, std::uint64_t size) const {
    return offset <= size_bytes_ && size <= size_bytes_ - offset;
  }

  base::Fd file_;
  std::uint64_t size_bytes_;
  std::uint64_t budget_ = kBudgetBytes;
  bool is_32_bit_;
  base::Result<std::vector<ElfSection>> sections_ = std::unexpected(base::Error{"no sections"});
  base::Result<std::vector<ElfSegment>> segments_ = std::unexpected(base::Error{"no segments"});
};

/// The text at `offset` of a table of strings; nothing if it doesn't end there or is longer than
/// `limit`.
std::optional<std::string_view> text_at(std::string_view table, std::uint64_t offset,
                                        std::size_t limit);

}  // namespace obi::binary
