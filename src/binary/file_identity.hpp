// SPDX-License-Identifier: Apache-2.0
// Which file a path stands for, and whether it is still the same content. Nothing but regular files
// is ever opened for reading: what lies at a path may be a device or a pipe, whose opening alone
// has effects. Any thread.
//
// What is certain: (st_dev, st_ino) names one inode among those that exist at that time, on every
// file system but overlayfs; on btrfs stat(2)'s device is the subvolume's, so two snapshots of a
// file are two files, as they are for the kernel. The device in /proc/PID/maps is another one on
// btrfs and on overlayfs, hence it isn't used.
// What isn't: overlayfs gives every mount a device of its own, while uprobes go to the inode
// beneath, which containers of one image share. There the inode's number and its times stand for
// the device: overlayfs passes those of the file beneath on. A file of a lower layer that is also
// mapped by its own path, or whose layers lie on several file systems in another order, counts as
// two files.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace obi::binary {

struct FileIdentity {
  std::uint64_t device = 0;             ///< st_dev; 0 on overlayfs
  std::uint64_t inode = 0;              ///< st_ino
  std::int64_t overlay_changed_ns = 0;  ///< st_ctime on overlayfs, else 0
  bool operator==(const FileIdentity&) const = default;
};

struct FileIdentityHash {
  std::size_t operator()(const FileIdentity& identity) const noexcept;
};

/// Changes whenever the content does. The change time also changes with links, owner and mode.
struct FileStamp {
  std::int64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

struct IdentifiedFile {
  FileIdentity identity;
  FileStamp stamp;
};

/// Of an open file, which may be O_PATH. EINVAL if it isn't a regular one.
base::Result<IdentifiedFile> identify(int file);

/// Refers to a regular file without opening it (O_PATH); follows links. EINVAL if it is no regular
/// file.
base::Result<base::Fd> locate_regular(const std::string& path);
/// For reading, never blocking. `located`: of locate_regular.
base::Result<base::Fd> open_located(const base::Fd& located);
/// Both in one.
base::Result<base::Fd> open_regular(const std::string& path);
/// A path of the file itself, whatever becomes of its name; for this process, while `file` is open.
std::string path_of(const base::Fd& file);

}  // namespace obi::binary
