// SPDX-License-Identifier: Apache-2.0
#include "binary/executable_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.hpp"

namespace obi::binary {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::size_t ExecutableCache::IdentityHash::operator()(const FileIdentity& identity) const noexcept {
  return std::hash<std::uint64_t>{}(identity.inode * 0x9e3779b97f4a7c15U ^ identity.device ^
                                    static_cast<std::uint64_t>(identity.modified_ns));
}

ExecutableFacts ExecutableCache::read(const std::string& path) {
  // Non-blocking, since what is at the path may be a pipe.
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  const FileIdentity identity{.device = status.st_dev,
                              .inode = status.st_ino,
                              .modified_ns = nanoseconds(status.st_mtim),
                              .changed_ns = nanoseconds(status.st_ctim),
                              .size_bytes = status.st_size};
  if (const ExecutableFacts* known = known_.find(identity)) return *known;
  ++files_read_;
  return known_.put(identity, read_executable(file.get()));
}

}  // namespace obi::binary
