// SPDX-License-Identifier: Apache-2.0
#include "binary/file_identity.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <functional>

namespace obi::binary {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::size_t FileIdentityHash::operator()(const FileIdentity& identity) const noexcept {
  return std::hash<std::uint64_t>{}(identity.inode * 0x9e3779b97f4a7c15U ^ identity.device ^
                                    static_cast<std::uint64_t>(identity.overlay_changed_ns));
}

base::Result<IdentifiedFile> identify(int file) {
  struct stat status{};
  struct statfs system{};
  if (fstat(file, &status) != 0 || fstatfs(file, &system) != 0) return base::fail("stat", errno);
  if (!S_ISREG(status.st_mode)) return base::fail("not a regular file", EINVAL);
  const FileStamp stamp{.size_bytes = status.st_size,
                        .modified_ns = nanoseconds(status.st_mtim),
                        .changed_ns = nanoseconds(status.st_ctim)};
  const bool on_overlay = system.f_type == OVERLAYFS_SUPER_MAGIC;
  return IdentifiedFile{.identity = {.device = on_overlay ? 0 : status.st_dev,
                                     .inode = status.st_ino,
                                     .overlay_changed_ns = on_overlay ? stamp.changed_ns : 0},
                        .stamp = stamp};
}

base::Result<base::Fd> locate_regular(const std::string& path) {
  base::Fd located(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!located) return base::fail("opening " + path, errno);
  struct stat status{};
  if (fstat(located.get(), &status) != 0) return base::fail("stat of " + path, errno);
  if (!S_ISREG(status.st_mode)) return base::fail(path + " is no regular file", EINVAL);
  return located;
}

base::Result<base::Fd> open_located(const base::Fd& located) {
  base::Fd file(open(path_of(located).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file) return base::fail("opening a file for reading", errno);
  return file;
}

base::Result<base::Fd> open_regular(const std::string& path) {
  const base::Fd located = OBI_TRY(locate_regular(path));
  return open_located(located);
}

std::string path_of(const base::Fd& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

}  // namespace obi::binary
