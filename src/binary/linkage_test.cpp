// SPDX-License-Identifier: Apache-2.0
#include "binary/linkage.hpp"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace obi::binary {
namespace {

template <typename Struct>
std::string bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

constexpr std::uint16_t kDefined = 1;

// An executable with one symbol, read-only data, and no segments.
std::string executable(const std::string& symbol, std::uint16_t section, const std::string& data) {
  const std::string names("\0.strtab\0.symtab\0.rodata\0", 25);
  const std::string strings = '\0' + symbol + '\0';
  Elf64_Sym row{};
  row.st_name = 1;
  row.st_shndx = section;
  const std::string symbols = bytes_of(Elf64_Sym{}) + bytes_of(row);
  const std::string content[] = {names, strings, symbols, data};

  Elf64_Shdr headers[5]{};
  std::size_t at = sizeof(Elf64_Ehdr);
  for (int i = 0; i < 4; ++i) {
    headers[i + 1].sh_type = SHT_PROGBITS;
    headers[i + 1].sh_offset = at;
    headers[i + 1].sh_size = content[i].size();
    at += content[i].size();
  }
  headers[1].sh_type = headers[2].sh_type = SHT_STRTAB;
  headers[2].sh_name = 1;
  headers[3].sh_name = 9;
  headers[3].sh_type = SHT_SYMTAB;
  headers[3].sh_link = 2;
  headers[3].sh_entsize = sizeof(Elf64_Sym);
  headers[4].sh_name = 17;

  Elf64_Ehdr file{};
  std::memcpy(file.e_ident, ELFMAG, SELFMAG);
  file.e_ident[EI_CLASS] = ELFCLASS64;
  file.e_ident[EI_DATA] = ELFDATA2LSB;
  file.e_ident[EI_VERSION] = EV_CURRENT;
  file.e_version = EV_CURRENT;
  file.e_machine = EM_X86_64;
  file.e_ehsize = sizeof(Elf64_Ehdr);
  file.e_shentsize = sizeof(Elf64_Shdr);
  file.e_shoff = at;
  file.e_shnum = 5;
  file.e_shstrndx = 1;
  std::string bytes = bytes_of(file);
  for (const std::string& part : content) bytes += part;
  return bytes + bytes_of(headers);
}

Linkage linkage_of(const std::string& bytes) {
  const std::string path = testing::TempDir() + "linkage-" + std::to_string(getpid());
  std::ofstream(path, std::ios::binary) << bytes;
  Linkage linkage = read_linkage(path);
  unlink(path.c_str());
  return linkage;
}

TEST(Linkage, TlsIsKnownByItsOwnSymbols) {
  EXPECT_EQ(linkage_of(executable("SSL_write", kDefined, "")).tls_library, "OpenSSL");
  EXPECT_EQ(linkage_of(executable("SSL_write", SHN_UNDEF, "")).tls_library, "");
  EXPECT_EQ(linkage_of(executable("write", kDefined, "")).tls_library, "");
  EXPECT_EQ(linkage_of(executable("SSL_CTX_set_grease_enabled", kDefined, "")).tls_library,
            "BoringSSL");
}

TEST(Linkage, AStrippedBoringSslIsKnownByItsNameWhereverThatLies) {
  for (const std::size_t before : {0UL, 1024UL * 1024 - 4, 3'000'000UL}) {
    const std::string data = std::string(before, 'x') + "BoringSSL" + std::string(9, 'x');
    EXPECT_EQ(linkage_of(executable("x", kDefined, data)).tls_library, "BoringSSL") << before;
  }
  EXPECT_EQ(linkage_of(executable("x", kDefined, "BoringSS")).tls_library, "");
}

TEST(Linkage, AProgramWithALoaderIsNotStatic) {
  EXPECT_FALSE(read_linkage("/bin/sh").is_static);
  EXPECT_EQ(read_linkage("/bin/sh").tls_library, "");
}

TEST(Linkage, WhatIsNoElfFileHasNeither) {
  EXPECT_FALSE(read_linkage("/does/not/exist").is_static);
  EXPECT_FALSE(linkage_of("#!/bin/sh\n").is_static);
}

TEST(Linkage, DamagedFilesAreSurvived) {
  const std::string bytes = executable("SSL_write", kDefined, "BoringSSL");
  for (std::size_t size = 0; size < bytes.size(); ++size) linkage_of(bytes.substr(0, size));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = '\xff';
    linkage_of(damaged);
  }
  EXPECT_EQ(linkage_of(bytes).tls_library, "BoringSSL");
}

}  // namespace
}  // namespace obi::binary
