// SPDX-License-Identifier: Apache-2.0
// For tests: a tree in a temporary folder that looks like /proc. Removed with the object.
#pragma once
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace obi::discover {

struct FakeProcess {
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 1;
  std::uint64_t start_ticks = 100;
  std::uint64_t stack_start = 140'000;
  std::string executable = "/usr/bin/server";  ///< empty: a kernel thread, if it isn't a zombie
  char state = 'S';
  std::uint32_t owner = 0;         ///< user id
  std::uint32_t thread_group = 0;  ///< 0: as pid
  std::vector<std::string> arguments = {"server"};
  std::vector<std::string> environment;
  std::string cgroup = "0::/system.slice/server.service\n";
  std::string maps;
  std::uint32_t ns_pid = 0;  ///< 0: as pid
  std::uint32_t pid_namespace = 4'026'531'836;
  std::uint32_t net_namespace = 4'026'531'840;
  std::map<std::uint64_t, std::uint16_t> listening;  ///< of its network namespace: inode → port
  std::vector<std::uint64_t> sockets;                ///< inodes of the sockets it has open
};

class FakeProc {
 public:
  FakeProc() {
    std::string pattern = (std::filesystem::temp_directory_path() / "proc-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  FakeProc(const FakeProc&) = delete;
  FakeProc& operator=(const FakeProc&) = delete;
  ~FakeProc() { std::filesystem::remove_all(root_); }

  [[nodiscard]] std::string root() const { return root_.string(); }

  /// Adds the process, or replaces it.
  void put(const FakeProcess& process) {
    const auto folder = root_ / std::to_string(process.pid);
    std::filesystem::remove_all(folder);
    for (const char* name : {"ns", "net", "fd"}) std::filesystem::create_directories(folder / name);
    write(folder / "stat", stat_line(process));
    if (!process.executable.empty()) {
      std::filesystem::create_symlink(process.executable, folder / "exe");
    }
    write(folder / "cmdline", zero_ended(process.arguments));
    write(folder / "environ", zero_ended(process.environment));
    write(folder / "cgroup", process.cgroup);
    write(folder / "maps", process.maps);
    write(folder / "status", status(process));
    link_namespace(folder, "pid", process.pid_namespace);
    link_namespace(folder, "net", process.net_namespace);
    write(folder / "net" / "tcp", tcp_table(process));
    for (std::size_t i = 0; i < process.sockets.size(); ++i) {
      std::filesystem::create_symlink("socket:[" + std::to_string(process.sockets[i]) + "]",
                                      folder / "fd" / std::to_string(i + 3));
    }
  }
  void remove(std::uint32_t pid) { std::filesystem::remove_all(root_ / std::to_string(pid)); }

  /// The start time of a process that is `age` seconds old.
  static std::uint64_t started_ago(double age_seconds) {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    const double seconds =
        static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9 - age_seconds;
    return static_cast<std::uint64_t>(seconds * static_cast<double>(sysconf(_SC_CLK_TCK)));
  }

 private:
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string zero_ended(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) text += item + '\0';
    return text;
  }
  static void link_namespace(const std::filesystem::path& folder, const std::string& kind,
                             std::uint32_t inode) {
    std::filesystem::create_symlink(kind + ":[" + std::to_string(inode) + "]",
                                    folder / "ns" / kind);
  }
  static std::string stat_line(const FakeProcess& process) {
    constexpr std::uint64_t kKernelThread = 0x200000;  // PF_KTHREAD, include/linux/sched.h
    std::string line = std::to_string(process.pid) + " (a b) c) " + process.state + " ";
    for (int field = 4; field <= 52; ++field) {
      std::uint64_t value = 0;
      if (field == 4) value = process.parent_pid;
      if (field == 9 && process.executable.empty() && process.state == 'S') value = kKernelThread;
      if (field == 22) value = process.start_ticks;
      if (field == 28) value = process.stack_start;
      line += std::to_string(value) + " ";
    }
    return line + "\n";
  }
  static std::string status(const FakeProcess& process) {
    const std::string pid = std::to_string(process.pid);
    const std::string inner = process.ns_pid == 0 ? "" : "\t" + std::to_string(process.ns_pid);
    const std::string owner = std::to_string(process.owner);
    const std::string leader =
        process.thread_group == 0 ? pid : std::to_string(process.thread_group);
    return "Name:\tserver\nState:\t" + std::string(1, process.state) + " (x)\nTgid:\t" + leader +
           "\nPid:\t" + pid + "\nUid:\t" + owner + "\t1\t1\t1\nNSpid:\t" + pid + inner +
           "\nNSpgid:\t1\n";
  }
  static std::string tcp_table(const FakeProcess& process) {
    std::string text = "  sl  local_address rem_address   st tx_queue ...\n";
    for (const auto& [inode, port] : process.listening) {
      char row[160];
      std::snprintf(row, sizeof(row),
                    "   0: 0100007F:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 "
                    "    0        0 %llu 1 0000000000000000 100 0 0 10 0\n",
                    static_cast<unsigned>(port), static_cast<unsigned long long>(inode));
      text += row;
    }
    return text;
  }

  std::filesystem::path root_;
};

}  // namespace obi::discover
