// SPDX-License-Identifier: Apache-2.0
#include "binary/elf_file.hpp"

#include <sys/stat.h>

#include "binary/elf_fixture.hpp"

namespace obi::binary {
namespace {

ElfImage image_with_symbol() {
  ElfImage image;
  image.add("greet", ElfImage::kCodeAddress + 8);
  image.lay_out();
  return image;
}

std::string symbol_names(const std::string& path) {
  auto opened = ElfFile::open(path);
  if (!opened) return opened.error().message;
  ElfFile& file = *opened;
  std::string names;
  const ElfSection* table = file.section(".symtab");
  if (table == nullptr) return "no table";
  const auto result = file.visit_symbols(*table, [&](const ElfSymbol& symbol) {
    names += std::string(symbol.name) + ";";
    return true;
  });
  return result ? names : result.error().message;
}

TEST(ElfFile, ReadsSectionsSegmentsSymbolsAndBuildId) {
  const ScratchFile scratch(image_with_symbol().bytes());
  auto file = ElfFile::open(scratch.path());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_FALSE(file->is_32_bit());
  EXPECT_EQ(file->sections()->size(), 4U);
  EXPECT_EQ(file->segments()->size(), 2U);
  EXPECT_EQ(symbol_names(scratch.path()), ";greet;");
  EXPECT_EQ(file->build_id(), "0123456789");
  EXPECT_EQ(file->code_offset(ElfImage::kCodeAddress + 8), ElfImage::kCodeOffset + 8);
  EXPECT_EQ(file->code_offset(ElfImage::kCodeAddress + ElfImage::kCodeBytes), std::nullopt);
  EXPECT_TRUE(file->is_code(ElfImage::kCodeOffset));
  EXPECT_FALSE(file->is_code(ElfImage::kCodeOffset - 1));
}

TEST(ElfFile, ReadsThisProgram) {
  auto file = ElfFile::open("/proc/self/exe");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_NE(file->section(".text"), nullptr);
  std::size_t count = 0;
  EXPECT_TRUE(file->visit_symbols(*file->section(".symtab"), [&](const ElfSymbol&) {
    ++count;
    return count < 100;
  }));
  EXPECT_EQ(count, 100U);
}

TEST(ElfFile, ASegmentBeyondTheFileHasNoCode) {
  ElfImage image = image_with_symbol();
  image.code.p_filesz = 1U << 20;
  const ScratchFile scratch(image.bytes());
  EXPECT_EQ(ElfFile::open(scratch.path())->code_offset(ElfImage::kCodeAddress), std::nullopt);
  image.code.p_filesz = ElfImage::kCodeBytes;
  image.code.p_offset = ~0ULL - 16;
  const ScratchFile other(image.bytes());
  EXPECT_EQ(ElfFile::open(other.path())->code_offset(ElfImage::kCodeAddress), std::nullopt);
  EXPECT_FALSE(ElfFile::open(other.path())->is_code(~0ULL - 8));
}

TEST(ElfFile, HeadersThatCannotBeCountedAreRefused) {
  ElfImage image = image_with_symbol();
  image.header.e_shentsize = 0;
  image.header.e_phentsize = 0;
  const ScratchFile scratch(image.bytes());
  EXPECT_FALSE(ElfFile::open(scratch.path())->sections());
  EXPECT_FALSE(ElfFile::open(scratch.path())->segments());

  image = image_with_symbol();
  image.header.e_shnum = 0;  // the number is in section 0
  image.sections[0].sh_size = 1ULL << 40;
  const ScratchFile uncounted(image.bytes());
  EXPECT_FALSE(ElfFile::open(uncounted.path())->sections());

  image = image_with_symbol();
  image.sections[2].sh_entsize = 0;
  const ScratchFile empty_entries(image.bytes());
  EXPECT_EQ(symbol_names(empty_entries.path()), "symbols of a wrong size");
}

TEST(ElfFile, MoreSectionsThanTheHeaderCanCountAreInSectionZero) {
  ElfImage image = image_with_symbol();
  image.header.e_shnum = 0;
  image.sections[0].sh_size = 4;
  image.header.e_shstrndx = SHN_XINDEX;
  image.sections[0].sh_link = 3;
  const ScratchFile scratch(image.bytes());
  EXPECT_EQ(symbol_names(scratch.path()), ";greet;");
}

// Gigabytes of table in a file of a few pages.
TEST(ElfFile, ASparseFileCostsNoMoreThanTheBudget) {
  constexpr std::uint64_t kHuge = 1ULL << 36;
  ElfImage image = image_with_symbol();
  image.sections[2].sh_offset = 4096;  // symbols all over the file
  image.sections[2].sh_size = kHuge / sizeof(Elf64_Sym) * sizeof(Elf64_Sym) - 4096 * 6;
  const ScratchFile scratch(image.bytes());
  ASSERT_EQ(truncate(scratch.path().c_str(), kHuge), 0);
  auto file = ElfFile::open(scratch.path());
  std::size_t count = 0;
  EXPECT_TRUE(file->visit_symbols(*file->section(".symtab"), [&](const ElfSymbol&) {
    ++count;
    return true;
  }));
  EXPECT_EQ(count, ElfFile::kMaxSymbols);

  image.sections[1].sh_size = ElfFile::kMaxTableBytes + 1;  // strings
  const ScratchFile strings(image.bytes());
  ASSERT_EQ(truncate(strings.path().c_str(), kHuge), 0);
  EXPECT_EQ(symbol_names(strings.path()), "reading too much: File too large");

  std::uint64_t read = 0;
  while (const auto bytes = file->bytes(0, 16UL << 20)) read += bytes->size();
  EXPECT_LE(read, ElfFile::kBudgetBytes);
}

TEST(ElfFile, WhatIsNoRegularFileIsNotOpened) {
  EXPECT_EQ(ElfFile::open("/dev/null").error().error_number, EINVAL);
  const std::string pipe = testing::TempDir() + "obi-pipe-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ElfFile::open(pipe).error().error_number, EINVAL);
  unlink(pipe.c_str());
  EXPECT_EQ(ElfFile::open("/does/not/exist").error().error_number, ENOENT);
}

TEST(ElfFile, TextsThatDoNotEndAreNone) {
  EXPECT_EQ(text_at(std::string_view("ab\0c", 4), 1, 10), "b");
  EXPECT_EQ(text_at(std::string_view("ab\0c", 4), 3, 10), std::nullopt);
  EXPECT_EQ(text_at(std::string_view("ab\0c", 4), 4, 10), std::nullopt);
  EXPECT_EQ(text_at(std::string_view("abcdef\0", 7), 0, 5), std::nullopt);
}

}  // namespace
}  // namespace obi::binary
