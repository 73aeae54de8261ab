// SPDX-License-Identifier: Apache-2.0
#include "inspect/visibility.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/fd.hpp"
#include "inspect/coverage.hpp"
#include "inspect/mapped_libraries.hpp"

namespace obi::inspect {
namespace {

namespace fs = std::filesystem;
using capture::Backend;

struct Part {
  const char* name;
  const char* fact;
  const char* capability;
};
// The kernel asks for the same right to read each of them, and of the executable's file also for
// that of the file: proc(5).
constexpr std::array kParts = {
    Part{"environ", "names in its environment", "CAP_SYS_PTRACE"},
    Part{"maps", "its libraries", "CAP_SYS_PTRACE"},
    Part{"fd", "the ports it listens on, and whether it uses io_uring", "CAP_SYS_PTRACE"},
    Part{"exe", "what kind of program it is", "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH"},
};

std::string tls_sentence(std::string_view library) {
  return fmt::format("TLS by {}: {}", library, kPlainTextOnly);
}

}  // namespace

std::string seen_by(Backend backend) {
  if (backend == Backend::kAuto)
    return "its socket calls, by the back end that fits this host (`check` tells which)";
  return fmt::format("its socket calls, by capture_backend={}", to_string(backend));
}

std::vector<std::string> not_seen(const Seeing& seeing, discover::Examination& examination) {
  std::vector<std::string> sentences;
  const auto by_system_calls = [&](std::string_view what) {
    if (seeing.backend == Backend::kSyscall)
      sentences.push_back(fmt::format("{}: capture_backend=syscall can't see it", what));
    if (seeing.backend == Backend::kAuto)
      sentences.push_back(
          fmt::format("{}: not seen if this host allows system calls only (`check` tells)", what));
  };
  if (seeing.uses_io_uring) by_system_calls("what it sends and receives by io_uring");
  if (examination.executable().is_32_bit) by_system_calls("a 32-bit process");
  for (const std::string& library : seeing.libraries) {
    if (is_tls_library(library)) sentences.push_back(tls_sentence(library));
  }
  if (!seeing.linkage.tls_library.empty())
    sentences.push_back(tls_sentence(seeing.linkage.tls_library + " in the executable itself"));
  const model::Language language = examination.language();
  if (language == model::Language::kGo)
    sentences.push_back(fmt::format("TLS{} of a Go program: not in this version",
                                    is_built_selector("grpc") ? "" : ", gRPC and HTTP/2"));
  if (language == model::Language::kJava) sentences.push_back(tls_sentence("the Java runtime"));
  return sentences;
}

bool uses_io_uring(const discover::Proc& proc, std::uint32_t pid) {
  std::error_code error;
  for (fs::directory_iterator entry(proc.path(pid, "fd"), error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code closed_meanwhile;
    if (fs::read_symlink(entry->path(), closed_meanwhile) == "anon_inode:[io_uring]") return true;
  }
  return false;
}

std::vector<Unreadable> unreadable_parts(const discover::Proc& proc, std::uint32_t pid) {
  std::vector<Unreadable> parts;
  for (const Part& part : kParts) {
    const std::string path = proc.path(pid, part.name);
    const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file && (errno == EACCES || errno == EPERM))
      parts.push_back({.path = path, .fact = part.fact, .capability = part.capability});
  }
  return parts;
}

}  // namespace obi::inspect
