// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_cache.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace obi::binary {
namespace {

TEST(ExecutableCache, ReadsAFileOnce) {
  ExecutableCache cache;
  EXPECT_TRUE(cache.read("/proc/self/exe").is_elf);
  EXPECT_TRUE(cache.read("/proc/self/exe").uses_libstdcxx);
  EXPECT_EQ(cache.files_read(), 1U);
}

TEST(ExecutableCache, ReadsAChangedFileAgain) {
  const std::string path = testing::TempDir() + "changing-" + std::to_string(getpid());
  std::ofstream(path) << "#!/bin/sh\n";
  ExecutableCache cache;
  EXPECT_FALSE(cache.read(path).is_elf);
  std::filesystem::copy_file("/proc/self/exe", path,
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(cache.read(path).is_elf);
  std::filesystem::remove(path);
}

TEST(ExecutableCache, AMissingFileIsNothing) {
  ExecutableCache cache;
  EXPECT_FALSE(cache.read("/does/not/exist").is_elf);
  EXPECT_FALSE(cache.read("/dev/null").is_elf);
  EXPECT_EQ(cache.files_read(), 0U);
}

}  // namespace
}  // namespace obi::binary
