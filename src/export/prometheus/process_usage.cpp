// SPDX-License-Identifier: Apache-2.0
#include "export/prometheus/process_usage.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace obi::exporting {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::uint64_t entries_of(const char* folder) {
  std::uint64_t count = 0;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(folder, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

ProcessUsage read_process_usage() {
  ProcessUsage usage;
  if (rusage resources{}; ::getrusage(RUSAGE_SELF, &resources) == 0) {
    usage.cpu_seconds = seconds(resources.ru_utime) + seconds(resources.ru_stime);
  }
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (std::ifstream("/proc/self/statm") >> total_pages >> resident_pages) {
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.virtual_bytes = total_pages * page_bytes;
    usage.resident_bytes = resident_pages * page_bytes;
  }
  usage.open_fds = entries_of("/proc/self/fd");
  usage.threads = entries_of("/proc/self/task");
  return usage;
}

}  // namespace obi::exporting
