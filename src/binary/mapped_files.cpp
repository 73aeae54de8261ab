// SPDX-License-Identifier: Apache-2.0
#include "binary/mapped_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

#include "binary/file_identity.hpp"

namespace obi::binary {
namespace {

constexpr std::size_t kMapsChunkBytes = 64UL * 1024;
constexpr std::string_view kDeleted = " (deleted)";

// Takes the text before the next space off the line.
std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

bool read_number(std::string_view text, int base, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

// The kernel writes a newline in a path as "\012" (seq_file_path).
std::string unescaped(std::string_view path) {
  std::string plain(path);
  for (std::size_t at = 0; (at = plain.find("\\012", at)) != std::string::npos; ++at) {
    plain.replace(at, 4, "\n");
  }
  return plain;
}

// "start-end perms offset dev inode path": nothing for a mapping of no file.
std::optional<MappedFile> parse_line(std::string_view line) {
  const std::string_view range = next_word(line);
  const std::string_view permissions = next_word(line);
  next_word(line);  // offset
  next_word(line);  // device
  const std::string_view inode = next_word(line);
  const std::size_t slash = line.find('/');
  const std::size_t dash = range.find('-');
  if (slash == std::string_view::npos || dash == std::string_view::npos) return std::nullopt;
  if (line.find_first_not_of(' ') != slash) return std::nullopt;
  std::string_view path = line.substr(slash);
  MappedFile file;
  file.is_deleted = path.ends_with(kDeleted);
  if (file.is_deleted) path.remove_suffix(kDeleted.size());
  file.path = unescaped(path);
  file.is_executable = permissions.size() > 2 && permissions[2] == 'x';
  if (!read_number(range.substr(0, dash), 16, file.start) ||
      !read_number(range.substr(dash + 1), 16, file.end) || !read_number(inode, 10, file.inode)) {
    return std::nullopt;
  }
  return file;
}

// `maps` without its last, unfinished line, which stays behind.
void visit_lines(std::string& maps, const std::function<void(const MappedFile&)>& visit) {
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = maps.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto file = parse_line(std::string_view(maps).substr(begin, end - begin));
    if (file && file->is_executable) visit(*file);
  }
  maps.erase(0, begin);
}

// Below the root of the process, whatever links lie on the way.
base::Result<base::Fd> locate_below_root(const std::string& folder, const std::string& path) {
  const base::Fd root(open((folder + "/root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return base::fail("opening " + folder + "/root", errno);
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT;
  base::Fd file(
      static_cast<int>(syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof(how))));
  if (!file) return base::fail("opening " + path, errno);
  return file;
}

}  // namespace

std::string_view file_name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<MappedFile> parse_maps(std::string_view maps) {
  std::vector<MappedFile> files;
  while (!maps.empty()) {
    const std::size_t end = std::min(maps.find('\n'), maps.size());
    if (auto file = parse_line(maps.substr(0, end))) files.push_back(std::move(*file));
    maps.remove_prefix(std::min(end + 1, maps.size()));
  }
  return files;
}

base::Result<void> visit_mapped_code(const std::string& proc, std::uint32_t pid,
                                     const std::function<void(const MappedFile&)>& visit) {
  const std::string path = fmt::format("{}/{}/maps", proc, pid);
  const base::Fd maps(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!maps) return base::fail("opening " + path, errno);
  std::string text;
  std::string chunk(kMapsChunkBytes, '\0');
  for (std::size_t total = 0; total < kMaxMapsBytes;) {
    const ssize_t count = ::read(maps.get(), chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::fail("reading " + path, errno);
    if (count == 0) break;
    total += static_cast<std::size_t>(count);
    text.append(chunk, 0, static_cast<std::size_t>(count));
    visit_lines(text, visit);
  }
  return {};
}

base::Result<base::Fd> locate_mapped(const std::string& proc, std::uint32_t pid,
                                     const MappedFile& file) {
  const std::string folder = fmt::format("{}/{}", proc, pid);
  auto located =
      locate_regular(fmt::format("{}/map_files/{:x}-{:x}", folder, file.start, file.end));
  if (located ||
      (located.error().error_number != EPERM && located.error().error_number != EACCES)) {
    return located;
  }
  base::Fd below = OBI_TRY(locate_below_root(folder, file.path));
  struct stat status{};
  if (fstat(below.get(), &status) != 0) return base::fail("stat of " + file.path, errno);
  if (!S_ISREG(status.st_mode) || status.st_ino != file.inode) {
    return base::fail(file.path + " is another file by now", ENOENT);
  }
  return below;
}

}  // namespace obi::binary
