// SPDX-License-Identifier: Apache-2.0
#include "binary/mapped_files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/mman.h>

#include <filesystem>

#include "binary/elf_fixture.hpp"
#include "binary/file_identity.hpp"

namespace obi::binary {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MappedFiles, LinesOfFilesAreRead) {
  EXPECT_THAT(parse_maps("7f00-7f01 r-xp 00001000 08:01 12 /usr/lib/a b.so\n"
                         "7f01-7f02 r--p 00000000 08:01 13      /tmp/new\\012line (deleted)\n"
                         "7f02-7f03 rw-p 00000000 00:00 0          [heap]\n"
                         "7f03-7f04 rw-p 00000000 00:00 0\n"
                         "7f04-7f05 r-xp 00000000 00:01 7 anon_inode:/x\n"
                         "x-y r-xp 0 0 1 /broken\n"
                         "7f05-7f06 r-xp 0 0 1 /last"),
              ElementsAre(MappedFile{"/usr/lib/a b.so", false, true, 0x7f00, 0x7f01, 12},
                          MappedFile{"/tmp/new\nline", true, false, 0x7f01, 0x7f02, 13},
                          MappedFile{"/last", false, true, 0x7f05, 0x7f06, 1}));
  EXPECT_THAT(parse_maps(""), IsEmpty());
}

std::vector<MappedFile> code_named(const std::string& path) {
  std::vector<MappedFile> found;
  const auto result = visit_mapped_code("/proc", getpid(), [&](const MappedFile& file) {
    if (file.path == path) found.push_back(file);
  });
  EXPECT_TRUE(result) << result.error().message;
  return found;
}

TEST(MappedFiles, ADeletedFileIsFoundByItsMapping) {
  const std::string path = testing::TempDir() + "obi-mapped-" + std::to_string(getpid());
  std::ofstream(path) << std::string(8192, 'x');
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  void* memory = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
  ASSERT_NE(memory, MAP_FAILED);
  const FileIdentity identity = identify(file)->identity;
  unlink(path.c_str());
  std::ofstream(path) << "another";

  const auto found = code_named(path);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].is_deleted);
  const auto located = locate_mapped("/proc", getpid(), found[0]);
  ASSERT_TRUE(located) << located.error().message;
  EXPECT_EQ(identify(located->get())->identity, identity);

  munmap(memory, 4096);
  EXPECT_EQ(locate_mapped("/proc", getpid(), found[0]).error().error_number, ENOENT);
  close(file);
  unlink(path.c_str());
}

TEST(MappedFiles, AProcessThatIsGoneIsAnError) {
  const auto result = visit_mapped_code("/proc", 0x7fffffff, [](const MappedFile&) {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error_number, ENOENT);
}

TEST(MappedFiles, TheNameIsWhatFollowsTheLastSlash) {
  EXPECT_EQ(file_name_of("/usr/lib/libssl.so.3"), "libssl.so.3");
  EXPECT_EQ(file_name_of("plain"), "plain");
}

}  // namespace
}  // namespace obi::binary
