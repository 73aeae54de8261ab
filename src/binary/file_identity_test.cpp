// SPDX-License-Identifier: Apache-2.0
#include "binary/file_identity.hpp"

#include <fcntl.h>
#include <sys/mount.h>

#include <filesystem>

#include "binary/elf_fixture.hpp"

namespace obi::binary {
namespace {

IdentifiedFile identified(const std::string& path) {
  auto located = locate_regular(path);
  EXPECT_TRUE(located) << located.error().message;
  return located ? identify(located->get()).value_or(IdentifiedFile{}) : IdentifiedFile{};
}

TEST(FileIdentity, IsTheInodesWhateverTheName) {
  const ScratchFile scratch("a");
  const std::string link = scratch.path() + "-link";
  ASSERT_EQ(::link(scratch.path().c_str(), link.c_str()), 0);
  EXPECT_EQ(identified(scratch.path()).identity, identified(link).identity);
  unlink(link.c_str());
  std::filesystem::copy_file(scratch.path(), link);
  EXPECT_NE(identified(scratch.path()).identity, identified(link).identity);
  unlink(link.c_str());
}

TEST(FileIdentity, AFileWrittenInPlaceHasAnotherStamp) {
  ScratchFile scratch("a");
  const IdentifiedFile before = identified(scratch.path());
  scratch.write("ab");
  EXPECT_EQ(identified(scratch.path()).identity, before.identity);
  EXPECT_NE(identified(scratch.path()).stamp, before.stamp);
}

TEST(FileIdentity, ADeletedFileIsStillFoundByItsDescriptor) {
  auto scratch = std::make_unique<ScratchFile>("a");
  const auto located = locate_regular(scratch->path());
  const FileIdentity before = identified(scratch->path()).identity;
  scratch.reset();
  EXPECT_EQ(identified(path_of(*located)).identity, before);
  EXPECT_TRUE(open_located(*located));
}

// Two mounts over one lower layer, as containers of one image have; needs root, as mounting does.
TEST(FileIdentity, OverlaysOfOneLayerShareTheFileBeneath) {
  const std::string top = testing::TempDir() + "obi-overlay-" + std::to_string(getpid());
  for (const auto* name : {"l", "u1", "w1", "m1", "u2", "w2", "m2"}) {
    std::filesystem::create_directories(top + "/" + name);
  }
  std::ofstream(top + "/l/f") << "a";
  for (const std::string number : {"1", "2"}) {
    const std::string options = "lowerdir=" + top + "/l,upperdir=" + top + "/u" + number +
                                ",workdir=" + top + "/w" + number;
    if (mount("overlay", (top + "/m" + number).c_str(), "overlay", 0, options.c_str()) != 0) {
      GTEST_SKIP() << "no overlayfs here: " << strerror(errno);
    }
  }
  EXPECT_EQ(identified(top + "/m1/f").identity, identified(top + "/m2/f").identity);
  std::ofstream(top + "/m2/f", std::ios::app) << "b";  // a copy of its own from now on
  EXPECT_NE(identified(top + "/m1/f").identity, identified(top + "/m2/f").identity);
  umount((top + "/m1").c_str());
  umount((top + "/m2").c_str());
  std::filesystem::remove_all(top);
}

}  // namespace
}  // namespace obi::binary
