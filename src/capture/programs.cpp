// SPDX-License-Identifier: Apache-2.0
#include "capture/programs.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include "base/kernel_version.hpp"
#include "capture/effects.hpp"
#include "capture/preemption.hpp"

namespace obi::capture {
namespace {

constexpr std::string_view kUnpreempted = "_nopreempt";
constexpr std::string_view kFallback = "_fallback";

// "fexit/inet_sendmsg" → "inet_sendmsg", "tp/raw_syscalls/sys_exit" → "sys_exit"
std::string_view function_of(const bpf_program* program) {
  const std::string_view section = bpf_program__section_name(program);
  return section.substr(section.rfind('/') + 1);
}

// The agent runs it itself: its section names no hook.
bool runs_on_demand(const bpf_program* program) {
  return std::string_view(bpf_program__section_name(program)).find('/') == std::string_view::npos;
}

// Where perf's tracepoints have their numbers.
bool has_tracefs() {
  return access("/sys/kernel/tracing/events", R_OK) == 0 ||
         access("/sys/kernel/debug/tracing/events", R_OK) == 0;
}

// Without these a back end would see nothing, or not know when to stop. The fallback of a hook only
// reports what the first program could not.
bool is_essential(const bpf_program* program) {
  if (std::string_view(bpf_program__name(program)).ends_with(kFallback)) return false;
  static constexpr std::array kEssential = std::to_array<std::string_view>(
      {"sys_exit", "inet_sendmsg", "inet_recvmsg", "tcp_cleanup_rbuf", "tcp_sendmsg_locked",
       "sock_send_length", "skb_copy_datagram_iovec", "sock_recv_length", "sched_process_exec",
       "sched_process_fork", "sched_process_exit", "inet_sock_set_state", "tcp_destroy_sock"});
  return std::ranges::find(kEssential, function_of(program)) != kEssential.end();
}

// "function x" or "tracepoint x"; empty = it is there, or this kind of hook isn't known by the
// types.
std::string missing_hook(const bpf_program* program, const btf* types) {
  const std::string name(function_of(program));
  const auto knows = [types](const std::string& type, std::uint32_t kind) {
    return btf__find_by_name_kind(types, type.c_str(), kind) > 0;
  };
  switch (bpf_program__type(program)) {
    case BPF_PROG_TYPE_TRACING: return knows(name, BTF_KIND_FUNC) ? "" : "function " + name;
    case BPF_PROG_TYPE_TRACEPOINT:
    case BPF_PROG_TYPE_RAW_TRACEPOINT:
      if (runs_on_demand(program)) return "";
      return knows("btf_trace_" + name, BTF_KIND_TYPEDEF) ? "" : "tracepoint " + name;
    default: return "";
  }
}

std::string explain_load_failure(const TracerOptions& options, int error) {
  if (error == EPERM || error == EACCES) {
    return "the kernel refused to load BPF programs (run as root, or with CAP_BPF, CAP_PERFMON and "
           "CAP_SYS_PTRACE)";
  }
  if (!options.btf_file.empty()) {
    return "loading the BPF programs failed with the kernel types of " + options.btf_file +
           " (are they this kernel's?)";
  }
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return "the kernel has no BTF (/sys/kernel/btf/vmlinux): it needs CONFIG_DEBUG_INFO_BTF, or "
           "--btf FILE";
  }
  return "loading the BPF programs failed";
}

// libbpf has error numbers of its own beyond the kernel's.
base::Result<void> load_failure(const TracerOptions& options, int error) {
  constexpr int kFirstOfLibbpf = 4000;
  std::string message = explain_load_failure(options, error);
  if (error < kFirstOfLibbpf) return base::fail(std::move(message), error);
  std::array<char, 128> text{};
  libbpf_strerror(error, text.data(), text.size());
  return base::fail(message + ": " + text.data());
}

}  // namespace

int Programs::program(const char* name) const {
  const bpf_program* found = bpf_object__find_program_by_name(object(), name);
  return found == nullptr ? -1 : bpf_program__fd(found);
}

int Programs::map(const char* name) const {
  return bpf_map__fd(bpf_object__find_map_by_name(object(), name));
}

void Programs::leave_out(bpf_program* program) {
  bpf_program__set_autoload(program, false);
  left_out_.emplace_back(bpf_program__section_name(program));
}

// A program whose function or tracepoint isn't there fails the whole load, by an error that doesn't
// say so.
base::Result<void> Programs::leave_out_missing_hooks(const TracerOptions& options) {
  const std::unique_ptr<btf, decltype(&btf__free)> types(
      options.btf_file.empty() ? btf__load_vmlinux_btf()
                               : btf__parse(options.btf_file.c_str(), nullptr),
      btf__free);
  if (!types) return {};  // the load will fail
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    const std::string missing = missing_hook(program, types.get());
    if (missing.empty()) continue;
    if (is_essential(program)) return base::fail("this kernel has no " + missing);
    leave_out(program);
  }
  return {};
}

// Not loaded by default: the program named …_nopreempt that takes the place of another where that
// could be preempted.
void Programs::fit_preemption() {
  if (!preempts_raw_tracepoints(base::running_kernel())) return;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    if (std::string_view(bpf_program__name(program)).ends_with(kUnpreempted))
      replace_preempted(program);
  }
}

void Programs::replace_preempted(bpf_program* program) {
  if (!has_tracefs()) {
    spdlog::warn(
        "calls may be missed (and are counted then): programs at {} can be preempted on "
        "this kernel, unless tracefs is mounted at /sys/kernel/tracing",
        function_of(program));
    return;
  }
  std::string preempted = bpf_program__name(program);
  preempted.resize(preempted.size() - kUnpreempted.size());
  bpf_program__set_autoload(program, true);
  bpf_program__set_autoload(bpf_object__find_program_by_name(object(), preempted.c_str()), false);
}

base::Result<void> Programs::open_for(const TracerOptions& options) {
  LIBBPF_OPTS(bpf_object_open_opts, open_options);
  if (!options.btf_file.empty()) open_options.btf_custom_path = options.btf_file.c_str();
  open(open_options);
  if (object() == nullptr) return base::fail("opening the BPF object", errno);
  if (auto fits = fit_maps(options); !fits) return fits;
  fit_preemption();
  if (auto fits = leave_out_missing_hooks(options); !fits) return fits;
  if (options.verifier_statistics) ask_for_statistics();
  return {};
}

// The error of the kernel, 0 if it took the programs.
base::Result<int> Programs::try_load(const TracerOptions& options, bool essential_only) {
  if (object() != nullptr) close();
  left_out_.clear();
  if (auto opened = open_for(options); !opened) return std::unexpected(std::move(opened.error()));
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    if (essential_only && bpf_program__autoload(program) && !is_essential(program))
      leave_out(program);
  }
  return load_object();
}

base::Result<void> Programs::load(const TracerOptions& options) {
  int error = OBI_TRY(try_load(options, false));
  if (error == -EINVAL || error == -EACCES || error == -E2BIG) {
    // The verifier may have objected to something that can be done without.
    error = OBI_TRY(try_load(options, true));
    if (error == 0) {
      spdlog::warn("this kernel refused a capture program; left out: {}",
                   fmt::join(left_out_, ", "));
    }
  }
  if (error != 0) return load_failure(options, -error);
  if (options.passive) {
    if (auto reading = refuse_altering(); !reading) return reading;
  }
  return {};
}

// Whole programs, with the functions that they call: libbpf has put those in while loading. What
// was loaded here was never attached, and goes with the object.
base::Result<void> Programs::refuse_altering() const {
  for (const ProgramFacts& program : audit().programs) {
    if (program.loaded && !program.alters.empty()) {
      return base::fail(fmt::format("{} could alter {}, which --passive forbids", program.hook,
                                    fmt::join(program.alters, ", ")));
    }
  }
  return {};
}

std::uint64_t Programs::skipped_runs() const {
  std::uint64_t total = 0;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    bpf_prog_info info{};
    __u32 size = sizeof(info);
    if (bpf_program__fd(program) >= 0 &&
        bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0) {
      total += info.recursion_misses;
    }
  }
  return total;
}

base::Result<void> Programs::attach() {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    if (!bpf_program__autoload(program) || runs_on_demand(program)) continue;
    bpf_link* link = bpf_program__attach(program);
    if (link != nullptr) {
      links_.push_back(link);
      continue;
    }
    const int error = errno;
    const std::string section = bpf_program__section_name(program);
    if (is_essential(program)) return base::fail("attaching " + section, error);
    left_out_.push_back(section);
  }
  if (!left_out_.empty()) spdlog::debug("not on this kernel: {}", fmt::join(left_out_, ", "));
  return {};
}

void Programs::detach() {
  for (bpf_link* link : links_) bpf_link__destroy(link);
  links_.clear();
}

}  // namespace obi::capture
