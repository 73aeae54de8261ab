// SPDX-License-Identifier: Apache-2.0
#include "binary/elf_file.hpp"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "binary/elf_raw.hpp"
#include "binary/file_identity.hpp"

namespace obi::binary {
namespace {

constexpr unsigned char kByteOrder =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

struct Types32 {
  using Header = Elf32_Ehdr;
  using Section = Elf32_Shdr;
  using Segment = Elf32_Phdr;
};
struct Types64 {
  using Header = Elf64_Ehdr;
  using Section = Elf64_Shdr;
  using Segment = Elf64_Phdr;
};

}  // namespace

std::optional<std::string_view> text_at(std::string_view table, std::uint64_t offset,
                                        std::size_t limit) {
  if (offset >= table.size()) return std::nullopt;
  const std::string_view rest = table.substr(offset, limit + 1);
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  return rest.substr(0, end);
}

base::Result<ElfFile> ElfFile::open(const std::string& path) {
  return read(OBI_TRY(open_regular(path)));
}

base::Result<ElfFile> ElfFile::read(base::Fd file) {
  struct stat status{};
  if (fstat(file.get(), &status) != 0) return base::fail("stat", errno);
  if (!S_ISREG(status.st_mode)) return base::fail("not a regular file", EINVAL);
  unsigned char ident[EI_NIDENT]{};
  if (pread(file.get(), ident, sizeof(ident), 0) != sizeof(ident) ||
      std::memcmp(ident, ELFMAG, SELFMAG) != 0 ||
      (ident[EI_CLASS] != ELFCLASS32 && ident[EI_CLASS] != ELFCLASS64)) {
    return base::fail("not an ELF file", ENOEXEC);
  }
  const bool is_32_bit = ident[EI_CLASS] == ELFCLASS32;
  ElfFile elf(std::move(file), static_cast<std::uint64_t>(status.st_size), is_32_bit);
  if (ident[EI_DATA] == kByteOrder) {
    is_32_bit ? elf.read_tables<Types32>() : elf.read_tables<Types64>();
  }
  return elf;
}

template <typename Types>
void ElfFile::read_tables() {
  const auto bytes = exact_bytes(0, sizeof(typename Types::Header));
  if (!bytes) return;
  const auto header = raw_at<typename Types::Header>(*bytes, 0);
  sections_ = read_sections<Types>(header);
  segments_ = read_segments<Types>(header);
}

// The numbers that don't fit the header are in section 0 (elf(5): e_shnum, e_shstrndx).
template <typename Types>
base::Result<std::vector<ElfSection>> ElfFile::read_sections(const Types::Header& header) {
  using Raw = Types::Section;
  if (header.e_shoff == 0) return std::vector<ElfSection>();
  if (header.e_shentsize != sizeof(Raw)) return base::fail("sections of a wrong size");
  const std::string head = OBI_TRY(exact_bytes(header.e_shoff, sizeof(Raw)));
  const auto first = raw_at<Raw>(head, 0);
  const std::uint64_t count = header.e_shnum != 0 ? header.e_shnum : first.sh_size;
  if (count == 0 || count > kMaxSections) return base::fail("sections without a credible number");
  const std::string table = OBI_TRY(exact_bytes(header.e_shoff, count * sizeof(Raw)));
  std::vector<ElfSection> sections(count);
  std::vector<std::uint32_t> names(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto raw = raw_at<Raw>(table, i);
    names[i] = raw.sh_name;
    sections[i] = {.name = {},
                   .type = raw.sh_type,
                   .link = raw.sh_link,
                   .address = raw.sh_addr,
                   .offset = raw.sh_offset,
                   .size = raw.sh_size,
                   .entry_size = raw.sh_entsize};
  }
  const std::size_t index = header.e_shstrndx == SHN_XINDEX ? first.sh_link : header.e_shstrndx;
  if (index == SHN_UNDEF || index >= count) return sections;
  const std::string text = OBI_TRY(exact_bytes(sections[index].offset, sections[index].size));
  for (std::size_t i = 0; i < count; ++i) {
    sections[i].name = text_at(text, names[i], kMaxSectionName).value_or("");
  }
  return sections;
}

template <typename Types>
base::Result<std::vector<ElfSegment>> ElfFile::read_segments(const Types::Header& header) {
  using Raw = Types::Segment;
  if (header.e_phoff == 0 || header.e_phnum == 0) return std::vector<ElfSegment>();
  if (header.e_phentsize != sizeof(Raw)) return base::fail("segments of a wrong size");
  if (header.e_phnum > kMaxSegments) return base::fail("too many segments");
  const std::string table = OBI_TRY(exact_bytes(header.e_phoff, header.e_phnum * sizeof(Raw)));
  std::vector<ElfSegment> segments;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    const auto raw = raw_at<Raw>(table, i);
    segments.push_back({.type = raw.p_type,
                        .flags = raw.p_flags,
                        .offset = raw.p_offset,
                        .address = raw.p_vaddr,
                        .file_size = raw.p_filesz});
  }
  return segments;
}

const ElfSection* ElfFile::section(std::string_view name) const {
  if (!sections_) return nullptr;
  const auto found = std::ranges::find(*sections_, name, &ElfSection::name);
  return found == sections_->end() ? nullptr : &*found;
}

base::Result<std::string> ElfFile::bytes(std::uint64_t offset, std::uint64_t size) {
  if (offset >= size_bytes_) return std::string();
  size = std::min(size, size_bytes_ - offset);
  if (size > kMaxTableBytes || size > budget_) return base::fail("reading too much", EFBIG);
  budget_ -= size;
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = pread(file_.get(), bytes.data() + filled, size - filled,
                                static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::fail("reading", errno);
    if (count == 0) break;  // it has shrunk
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

base::Result<std::string> ElfFile::exact_bytes(std::uint64_t offset, std::uint64_t size) {
  if (!is_inside(offset, size)) return base::fail("a table beyond the file's end");
  std::string found = OBI_TRY(bytes(offset, size));
  if (found.size() != size) return base::fail("the file has shrunk");
  return found;
}

std::optional<std::uint64_t> ElfFile::code_offset(std::uint64_t address) const {
  if (!segments_) return std::nullopt;
  for (const ElfSegment& segment : *segments_) {
    if (segment.type != PT_LOAD || (segment.flags & PF_X) == 0) continue;
    if (address < segment.address || address - segment.address >= segment.file_size) continue;
    if (!is_inside(segment.offset, segment.file_size)) return std::nullopt;
    return segment.offset + (address - segment.address);
  }
  return std::nullopt;
}

bool ElfFile::is_code(std::uint64_t offset) const {
  return segments_ && std::ranges::any_of(*segments_, [&](const ElfSegment& segment) {
           return segment.type == PT_LOAD && (segment.flags & PF_X) != 0 &&
                  is_inside(segment.offset, segment.file_size) && offset >= segment.offset &&
                  offset - segment.offset < segment.file_size;
         });
}

}  // namespace obi::binary
