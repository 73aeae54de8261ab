// SPDX-License-Identifier: Apache-2.0
// Which of the files that a process runs code of a probe set has probes in. Any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "binary/file_identity.hpp"
#include "capture/attach/probe.hpp"

namespace obi::capture {

inline constexpr std::size_t kMaxFilesPerProcess = 64;  ///< that match; more are passed over

struct ProcessFile {
  std::string path;  ///< as the process sees it
  binary::FileIdentity identity;
  binary::FileStamp stamp;
  std::vector<std::size_t> sets;  ///< indexes of the sets that match
  base::Fd located;               ///< O_PATH
};

struct ProcessFiles {
  std::vector<ProcessFile> files;  ///< each once
  /// Everything that is mapped was looked at. If not, a file that is missing here may be mapped.
  bool complete = true;
};

/// ENOENT or ESRCH: there is no such process. `proc`: root of the proc file system.
base::Result<ProcessFiles> find_process_files(const std::string& proc, std::uint32_t pid,
                                              std::span<const ProbeSet> sets);

}  // namespace obi::capture
