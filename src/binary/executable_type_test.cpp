// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_type.hpp"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace obi::binary {
namespace {

using model::Language;

std::string scratch_path(const std::string& name) {
  return testing::TempDir() + name + "-" + std::to_string(getpid());
}

ExecutableFacts facts_of(const std::string& bytes) {
  const std::string path = scratch_path("executable");
  std::ofstream(path, std::ios::binary) << bytes;
  const ExecutableFacts facts = read_executable(path);
  unlink(path.c_str());
  return facts;
}

template <typename Struct>
std::string bytes_of(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

Elf64_Ehdr header() {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_EXEC;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof(Elf64_Ehdr);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  return header;
}

// One section `name` with `content`, and the table of section names.
std::string with_section(const std::string& name, const std::string& content) {
  const std::string names = std::string(1, '\0') + name + '\0';
  Elf64_Ehdr file = header();
  file.e_shoff = sizeof(Elf64_Ehdr) + names.size() + content.size();
  file.e_shnum = 3;
  file.e_shstrndx = 1;
  Elf64_Shdr strings{};
  strings.sh_type = SHT_STRTAB;
  strings.sh_offset = sizeof(Elf64_Ehdr);
  strings.sh_size = names.size();
  Elf64_Shdr section{};
  section.sh_name = 1;
  section.sh_type = SHT_PROGBITS;
  section.sh_offset = sizeof(Elf64_Ehdr) + names.size();
  section.sh_size = content.size();
  return bytes_of(file) + names + content + bytes_of(Elf64_Shdr{}) + bytes_of(strings) +
         bytes_of(section);
}

// No sections; a writable segment that holds `content`.
std::string with_writable_segment(const std::string& content) {
  Elf64_Ehdr file = header();
  file.e_phoff = sizeof(Elf64_Ehdr);
  file.e_phnum = 1;
  Elf64_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_flags = PF_R | PF_W;
  segment.p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
  segment.p_filesz = content.size();
  return bytes_of(file) + bytes_of(segment) + content;
}

TEST(ExecutableType, ReadsThisTestsOwnFile) {
  const ExecutableFacts facts = read_executable("/proc/self/exe");
  EXPECT_TRUE(facts.is_elf);
  EXPECT_FALSE(facts.is_32_bit);
  EXPECT_FALSE(facts.is_go);
  EXPECT_TRUE(facts.uses_libstdcxx);
  EXPECT_EQ(language_of(facts, "/x/test", ""), Language::kCpp);
}

TEST(ExecutableType, SectionsOfTheGoLinkerMeanGo) {
  EXPECT_TRUE(facts_of(with_section(".go.buildinfo", "x")).is_go);
  EXPECT_TRUE(facts_of(with_section(".gopclntab", "x")).is_go);
  EXPECT_FALSE(facts_of(with_section(".text", "x")).is_go);
}

TEST(ExecutableType, GoWithoutSectionHeadersIsKnownByItsBuildInfo) {
  const std::string magic = "\xff Go buildinf:";
  EXPECT_TRUE(facts_of(with_writable_segment(std::string(32, 'x') + magic + "\x08\x02")).is_go);
  EXPECT_FALSE(facts_of(with_writable_segment(std::string(31, 'x') + magic)).is_go);
}

TEST(ExecutableType, RustIsKnownByTheCompilersTraces) {
  const std::string commit(40, 'a');
  EXPECT_TRUE(facts_of(with_section(".comment", "rustc version 1.80.0")).is_rust);
  EXPECT_TRUE(facts_of(with_section(".rodata", "x/rustc/" + commit + "/library/std")).is_rust);
  EXPECT_FALSE(facts_of(with_section(".rodata", "x/rustc/library")).is_rust);
  EXPECT_FALSE(facts_of(with_section(".comment", "GCC: (Debian)")).is_rust);
}

TEST(ExecutableType, A32BitFileIsRecognised) {
  std::string bytes = with_section(".text", "x");
  bytes[EI_CLASS] = ELFCLASS32;
  EXPECT_TRUE(facts_of(bytes).is_32_bit);
}

TEST(ExecutableType, InterpretersAreKnownByName) {
  const ExecutableFacts none;
  EXPECT_EQ(language_of(none, "/usr/bin/python3.11", ""), Language::kPython);
  EXPECT_EQ(language_of(none, "/usr/bin/node", ""), Language::kNodejs);
  EXPECT_EQ(language_of(none, "/usr/sbin/php-fpm8.2", ""), Language::kPhp);
  EXPECT_EQ(language_of(none, "/usr/bin/ruby3.1", ""), Language::kRuby);
  EXPECT_EQ(language_of(none, "/usr/bin/nodemon", ""), Language::kGeneric);
  EXPECT_EQ(language_of(none, "/usr/sbin/nginx", ""), Language::kGeneric);
}

TEST(ExecutableType, EmbeddedRuntimesAreKnownByTheirLibraries) {
  const ExecutableFacts none;
  const std::string jvm = "7f00 r-xp /usr/lib/jvm/lib/server/libjvm.so\n";
  EXPECT_EQ(language_of(none, "/opt/server", jvm), Language::kJava);
  EXPECT_EQ(language_of(none, "/opt/server", "7f00 r-xp /dotnet/libcoreclr.so\n"),
            Language::kDotnet);
  ExecutableFacts linked;
  linked.runtime = Language::kPython;
  EXPECT_EQ(language_of(linked, "/opt/server", ""), Language::kPython);
}

TEST(ExecutableType, WhatIsNoElfFileIsGeneric) {
  EXPECT_FALSE(facts_of("\x7f"
                        "ELF but cut")
                   .is_go);
  EXPECT_FALSE(facts_of("").is_elf);
  EXPECT_FALSE(read_executable("/does/not/exist").is_elf);
  EXPECT_EQ(language_of({}, "/bin/script", ""), Language::kGeneric);
}

TEST(ExecutableType, DamagedFilesAreSurvived) {
  const std::string bytes = with_section(".comment", "rustc version 1.80.0");
  for (std::size_t size = 0; size < bytes.size(); ++size) facts_of(bytes.substr(0, size));
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = '\xff';
    facts_of(damaged);
  }
  EXPECT_TRUE(facts_of(bytes).is_rust);
}

}  // namespace
}  // namespace obi::binary
