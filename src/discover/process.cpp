// SPDX-License-Identifier: Apache-2.0
#include "discover/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <ctime>

#include "base/fd.hpp"

namespace obi::discover {
namespace {

constexpr std::size_t kMaxSmallFile = 64 * 1024;
constexpr std::size_t kMaxCommandLine = 16 * 1024;
constexpr std::size_t kMaxEnvironment = 128 * 1024;
constexpr std::size_t kMaxMaps = 1024 * 1024;
constexpr std::size_t kMaxSocketsOfProcess = 65'536;
constexpr std::size_t kContainerIdLength = 64;

std::string read_file(const std::string& path, std::size_t limit) {
  std::string text;
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return text;
  std::array<char, 8192> chunk;
  while (text.size() < limit) {
    const ssize_t count =
        read(file.get(), chunk.data(), std::min(chunk.size(), limit - text.size()));
    if (count <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  return text;
}

template <typename T>
std::optional<T> number_of(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  return value;
}

// The inode in "pid:[4026531836]".
std::uint32_t namespace_inode(const std::string& link) {
  std::array<char, 64> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size() - 1);
  const std::string_view text(target.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  const std::size_t bracket = text.find('[');
  if (bracket == std::string_view::npos) return 0;
  return number_of<std::uint32_t>(text.substr(bracket + 1)).value_or(0);
}

std::string read_link(const std::string& link) {
  std::array<char, 4096> target{};
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  return size > 0 ? std::string(target.data(), static_cast<std::size_t>(size)) : std::string();
}

template <typename Each>
void for_each_entry(const std::string& folder, const Each& each) {
  DIR* directory = opendir(folder.c_str());
  if (directory == nullptr) return;
  while (const dirent* entry = readdir(directory)) {
    if (!each(std::string_view(entry->d_name))) break;
  }
  closedir(directory);
}

// Fields of /proc/PID/stat behind the command name, which may hold anything: proc(5).
bool read_stat(const std::string& text, Process& process) {
  constexpr int kParent = 4;
  constexpr int kStartTime = 22;
  constexpr int kStackStart = 28;
  const std::size_t end = text.rfind(')');
  if (end == std::string::npos) return false;
  std::string_view rest = std::string_view(text).substr(end + 1);
  for (int field = 3; field <= kStackStart; ++field) {
    const std::size_t space = rest.find_first_not_of(' ');
    if (space == std::string_view::npos) return false;
    rest.remove_prefix(space);
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (field == kParent) process.parent_pid = number_of<std::uint32_t>(word).value_or(0);
    if (field == kStartTime)
      process.program.start_ticks = number_of<std::uint64_t>(word).value_or(0);
    if (field == kStackStart)
      process.program.stack_start = number_of<std::uint64_t>(word).value_or(0);
    rest.remove_prefix(word.size());
  }
  return true;
}

// The last number of "NSpid:\t1234\t1".
std::uint32_t innermost_pid(std::string_view status, std::uint32_t pid) {
  const std::size_t at = status.find("\nNSpid:");
  if (at == std::string_view::npos) return pid;
  std::string_view line = status.substr(at + 1);
  line = line.substr(0, line.find('\n'));
  return number_of<std::uint32_t>(line.substr(line.find_last_of(" \t") + 1)).value_or(pid);
}

}  // namespace

std::string Proc::path(std::uint32_t pid, std::string_view name) const {
  return root_ + "/" + std::to_string(pid) + "/" + std::string(name);
}

std::string Proc::executable_link(std::uint32_t pid) const { return path(pid, "exe"); }

std::string Proc::executable(std::uint32_t pid) const {
  std::string path = read_link(executable_link(pid));
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  return path;
}

// The link comes first: it is cheap, and kernel threads end here.
std::optional<Process> Proc::identify(std::uint32_t pid) const {
  Process process;
  process.pid = pid;
  process.program.executable = executable(pid);
  if (process.program.executable.empty()) return std::nullopt;
  if (!read_stat(text(pid, "stat", kMaxSmallFile), process)) return std::nullopt;
  return process;
}

std::optional<Process> Proc::read(std::uint32_t pid) const {
  auto process = identify(pid);
  if (process) read_rest(*process);
  return process;
}

std::optional<Process> Proc::read_anything(std::uint32_t pid) const {
  Process process;
  process.pid = pid;
  if (!read_stat(text(pid, "stat", kMaxSmallFile), process)) return std::nullopt;
  process.program.executable = executable(pid);
  read_rest(process);
  return process;
}

void Proc::read_rest(Process& process) const {
  const std::uint32_t pid = process.pid;
  process.command_line = text(pid, "cmdline", kMaxCommandLine);
  std::ranges::replace(process.command_line, '\0', ' ');
  while (process.command_line.ends_with(' ')) process.command_line.pop_back();
  process.ns_pid = innermost_pid(text(pid, "status", kMaxSmallFile), pid);
  process.pid_namespace = namespace_inode(path(pid, "ns/pid"));
  process.net_namespace = namespace_inode(path(pid, "ns/net"));
  process.container_id = container_id_of(text(pid, "cgroup", kMaxSmallFile));
}

std::string Proc::text(std::uint32_t pid, std::string_view name, std::size_t limit) const {
  return read_file(path(pid, name), limit);
}

std::vector<std::uint32_t> Proc::pids() const {
  std::vector<std::uint32_t> pids;
  for_each_entry(root_, [&](std::string_view name) {
    if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) {
      if (const auto pid = number_of<std::uint32_t>(name)) pids.push_back(*pid);
    }
    return true;
  });
  std::ranges::sort(pids);
  return pids;
}

std::vector<std::pair<std::string, std::string>> Proc::environment(std::uint32_t pid) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::string block = text(pid, "environ", kMaxEnvironment);
  std::string_view rest = block;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find('\0'));
    const std::size_t equals = entry.find('=');
    if (equals != std::string_view::npos)
      pairs.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
    rest.remove_prefix(std::min(rest.size(), entry.size() + 1));
  }
  return pairs;
}

std::string Proc::maps(std::uint32_t pid) const { return text(pid, "maps", kMaxMaps); }

std::vector<std::uint64_t> Proc::socket_inodes(std::uint32_t pid) const {
  std::vector<std::uint64_t> inodes;
  const std::string folder = path(pid, "fd");
  for_each_entry(folder, [&](std::string_view name) {
    if (name[0] == '.') return true;
    const std::string target = read_link(folder + "/" + std::string(name));
    constexpr std::string_view kSocket = "socket:[";
    if (target.starts_with(kSocket)) {
      if (const auto inode =
              number_of<std::uint64_t>(std::string_view(target).substr(kSocket.size()))) {
        inodes.push_back(*inode);
      }
    }
    return inodes.size() < kMaxSocketsOfProcess;
  });
  std::ranges::sort(inodes);
  return inodes;
}

std::chrono::nanoseconds age_of(const ProgramIdentity& program) {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  static const auto kTicksPerSecond = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const std::uint64_t whole = program.start_ticks / kTicksPerSecond;
  const std::uint64_t rest_ns =
      program.start_ticks % kTicksPerSecond * 1'000'000'000 / kTicksPerSecond;
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec) -
         std::chrono::seconds(whole) - std::chrono::nanoseconds(rest_ns);
}

std::string container_id_of(std::string_view cgroup_text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  std::string_view id;
  std::size_t run = 0;
  for (std::size_t i = 0; i <= cgroup_text.size(); ++i) {
    if (i < cgroup_text.size() && is_hex(cgroup_text[i])) {
      ++run;
      continue;
    }
    const std::size_t start = i - run;
    const bool beside = cgroup_text.substr(0, start).ends_with("conmon-");
    if (run == kContainerIdLength && !beside) id = cgroup_text.substr(start, run);
    run = 0;
  }
  return std::string(id);
}

}  // namespace obi::discover
