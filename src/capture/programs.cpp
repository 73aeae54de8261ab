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

#include "base/kernel_version.hpp"
#include "capture/effects.hpp"
#include "capture/preemption.hpp"

namespace obi::capture {
namespace {

// Where perf's tracepoints have their numbers.
bool has_tracefs() {
  return access("/sys/kernel/tracing/events", R_OK) == 0 ||
         access("/sys/kernel/debug/tracing/events", R_OK) == 0;
}

// "function x" or "tracepoint x"; empty = it is there, or the types don't say.
std::string missing_hook(const HookRow& row, const btf* types) {
  const auto knows = [types](const std::string& type, std::uint32_t kind) {
    return btf__find_by_name_kind(types, type.c_str(), kind) > 0;
  };
  const std::string name(row.hook);
  if (types == nullptr) return "";  // the load will fail
  switch (row.kind) {
    case HookKind::kTrampoline: return knows(name, BTF_KIND_FUNC) ? "" : "function " + name;
    case HookKind::kRawTracepoint:
      return knows("btf_trace_" + name, BTF_KIND_TYPEDEF) ? "" : "tracepoint " + name;
    case HookKind::kAttach:
    case HookKind::kOnDemand: break;
  }
  return "";
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

// The verifier may have objected to something that can be done without.
bool may_be_the_verifier(int error) {
  return error == -EINVAL || error == -EACCES || error == -E2BIG;
}

}  // namespace

Programs::~Programs() = default;

bpf_program* Programs::find(std::string_view name) const {
  return bpf_object__find_program_by_name(object(), std::string(name).c_str());
}

int Programs::program(const char* name) const {
  const bpf_program* found = find(name);
  return found == nullptr ? -1 : bpf_program__fd(found);
}

int Programs::map(const char* name) const {
  const bpf_map* found = bpf_object__find_map_by_name(object(), name);
  return found == nullptr ? -1 : bpf_map__fd(found);
}

void Programs::leave_out(bpf_program* program) {
  bpf_program__set_autoload(program, false);
  chosen_.erase(program);
  left_out_.push_back(program);
}

// The row's program, or the one that takes its place.
bpf_program* Programs::choose_unpreempted(const HookRow& row) const {
  if (row.unpreempted.empty() || !preempts_raw_tracepoints(base::running_kernel()))
    return find(row.program);
  if (has_tracefs()) return find(row.unpreempted);
  spdlog::warn(
      "calls may be missed (and are counted then): programs at {} can be preempted on "
      "this kernel, unless tracefs is mounted at /sys/kernel/tracing",
      row.hook);
  return find(row.program);
}

// A program whose function or tracepoint isn't there fails the whole load, by an error that doesn't
// say so.
base::Result<void> Programs::choose(const HookRow& row, const btf* types) {
  bpf_program* program = choose_unpreempted(row);
  bpf_program* fallback = row.fallback.empty() ? nullptr : find(row.fallback);
  if (program == nullptr || (fallback == nullptr && !row.fallback.empty()))
    return base::fail(fmt::format("the object has no program of its row {}", row.program));
  const std::string missing = missing_hook(row, types);
  if (!missing.empty() && row.need == Need::kRequired)
    return base::fail("this kernel has no " + missing);
  for (bpf_program* one : {program, fallback}) {
    if (one == nullptr) continue;
    bpf_program__set_autoload(one, true);
    chosen_[one] = one == program ? row.need : Need::kOptional;
    if (!missing.empty()) leave_out(one);
  }
  return {};
}

base::Result<void> Programs::choose_all(const TracerOptions& options) {
  const std::unique_ptr<btf, decltype(&btf__free)> types(
      options.btf_file.empty() ? btf__load_vmlinux_btf()
                               : btf__parse(options.btf_file.c_str(), nullptr),
      btf__free);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) bpf_program__set_autoload(program, false);
  for (const HookRow& row : set_.hooks) {
    if (auto chosen = choose(row, types.get()); !chosen) return chosen;
  }
  return {};
}

base::Result<void> Programs::open(const TracerOptions& options) {
  LIBBPF_OPTS(bpf_object_open_opts, open_options);
  const std::string name(set_.name);
  open_options.object_name = name.c_str();
  if (!options.btf_file.empty()) open_options.btf_custom_path = options.btf_file.c_str();
  left_out_.clear();
  chosen_.clear();
  std::size_t bytes = 0;
  const void* elf = set_.object(&bytes);
  object_.reset(bpf_object__open_mem(elf, bytes, &open_options));
  if (object_ == nullptr) return base::fail("opening the BPF object", errno);
  if (auto chosen = choose_all(options); !chosen) return chosen;
  if (options.verifier_statistics) ask_for_statistics();
  return {};
}

void Programs::leave_out_optional() {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object()) {
    const auto chosen = chosen_.find(program);
    if (chosen != chosen_.end() && chosen->second == Need::kOptional) leave_out(program);
  }
}

base::Result<void> Programs::load(const TracerOptions& options, const PrepareMaps& prepare) {
  if (auto prepared = prepare(object()); !prepared) return prepared;
  int error = bpf_object__load(object());
  if (may_be_the_verifier(error)) {
    if (auto opened = open(options); !opened) return opened;
    leave_out_optional();
    if (auto prepared = prepare(object()); !prepared) return prepared;
    error = bpf_object__load(object());
    if (error == 0) {
      std::vector<std::string_view> sections;
      for (const bpf_program* program : left_out_)
        sections.emplace_back(bpf_program__section_name(program));
      spdlog::warn("this kernel refused a capture program; left out: {}",
                   fmt::join(sections, ", "));
    }
  }
  if (error != 0) return load_failure(options, -error);
  return options.passive ? refuse_altering() : base::Result<void>{};
}

// Whole programs, with the functions that they call: libbpf has put those in while loading. What
// was loaded here was never attached, and goes with the object.
base::Result<void> Programs::refuse_altering() const {
  for (const ProgramFacts& program : facts()) {
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

base::Result<void> Programs::attach(bpf_program* program, Need need) {
  if (bpf_link* link = bpf_program__attach(program); link != nullptr) {
    links_.emplace_back(link);
    return {};
  }
  const int error = errno;
  if (need == Need::kRequired)
    return base::fail(std::string("attaching ") + bpf_program__section_name(program), error);
  left_out_.push_back(program);
  return {};
}

base::Result<void> Programs::attach() {
  for (const HookRow& row : set_.hooks) {
    if (row.kind == HookKind::kOnDemand) continue;
    for (const std::string_view name : {row.program, row.unpreempted, row.fallback}) {
      bpf_program* program = name.empty() ? nullptr : find(name);
      const auto chosen = chosen_.find(program);
      if (chosen == chosen_.end()) continue;
      if (auto attached = attach(program, chosen->second); !attached) return attached;
    }
  }
  std::vector<std::string_view> sections;
  for (const bpf_program* program : left_out_)
    sections.emplace_back(bpf_program__section_name(program));
  if (!sections.empty())
    spdlog::debug("{}: not on this kernel: {}", set_.name, fmt::join(sections, ", "));
  return {};
}

}  // namespace obi::capture
