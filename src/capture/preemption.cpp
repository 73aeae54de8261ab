// SPDX-License-Identifier: Apache-2.0
#include "capture/preemption.hpp"

#include <sys/utsname.h>

#include <fstream>
#include <iterator>
#include <string>

namespace obi::capture {
namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string_view between(std::string_view text, std::string_view begin, std::string_view ends) {
  const auto at = text.find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + begin.size());
  return rest.substr(0, rest.find_first_of(ends));
}

}  // namespace

bool preempts_raw_tracepoints(base::KernelVersion kernel) {
  return kernel >= base::KernelVersion{.major = 7};
}

bool preempts_kernel(base::KernelVersion kernel, std::string_view build, std::string_view models,
                     std::string_view command_line) {
  if (kernel >= base::KernelVersion{.major = 7}) return true;
  if (!build.contains("PREEMPT")) return false;
  if (!build.contains("PREEMPT_DYNAMIC")) return true;
  std::string_view model = between(models, "(", ")");
  if (model.empty()) model = between(command_line, "preempt=", " \n");
  return model != "none" && model != "voluntary";
}

bool preempts_trampolines() {
  utsname system{};
  if (uname(&system) != 0) return true;
  return preempts_kernel(base::parse_release(system.release), system.version,
                         text_of("/sys/kernel/debug/sched/preempt"), text_of("/proc/cmdline"));
}

}  // namespace obi::capture
