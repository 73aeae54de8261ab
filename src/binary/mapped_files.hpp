// SPDX-License-Identifier: Apache-2.0
// The files that a process has mapped (proc(5): /proc/PID/maps, /proc/PID/map_files). Any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace obi::binary {

struct MappedFile {
  std::string path;         ///< as the process saw it when it mapped it
  bool is_deleted = false;  ///< nothing, or another file, is at the path now
  bool is_executable = false;
  std::uint64_t start = 0;  ///< addresses of this mapping
  std::uint64_t end = 0;
  std::uint64_t inode = 0;
  bool operator==(const MappedFile&) const = default;
};

/// File name without folders.
std::string_view file_name_of(std::string_view path);

/// The mappings of files in a text of maps, in its order: a file has one for each of its segments.
/// Lines that aren't understood and mappings of no file are passed over; a line cut at the end,
/// too.
std::vector<MappedFile> parse_maps(std::string_view maps);

inline constexpr std::size_t kMaxMapsBytes = 16UL * 1024 * 1024;

/// Calls `visit` for each executable mapping of a file, while the text is read piece by piece, at
/// most kMaxMapsBytes of it. `proc`: root of the proc file system. ENOENT or ESRCH: there is no
/// such process. A process that ends, begins another program, or is a kernel thread has no
/// mappings.
base::Result<void> visit_mapped_code(const std::string& proc, std::uint32_t pid,
                                     const std::function<void(const MappedFile&)>& visit);

/// Refers to that file without opening it (locate_regular): by the mapping itself, which also finds
/// deleted files and those of other mount namespaces; without CAP_SYS_ADMIN or
/// CAP_CHECKPOINT_RESTORE by its path below the process's root, if the inode's number is still the
/// mapping's. ENOENT: it isn't mapped there any more.
base::Result<base::Fd> locate_mapped(const std::string& proc, std::uint32_t pid,
                                     const MappedFile& file);

}  // namespace obi::binary
