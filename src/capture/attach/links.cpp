// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/links.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cerrno>

#include "base/fd.hpp"

namespace obi::capture {
namespace {

// On every process: which ones are traced is the programs' own question.
constexpr int kAnyProcess = -1;

base::Result<void> attach_at_once(const ProbeGroup& group, const std::string& path, Links& links) {
  LIBBPF_OPTS(bpf_uprobe_multi_opts, options, .offsets = group.offsets.data(),
              .cnt = group.offsets.size(), .retprobe = group.site == ProbeSite::kReturn);
  bpf_link* link =
      bpf_program__attach_uprobe_multi(group.program, kAnyProcess, path.c_str(), nullptr, &options);
  if (link == nullptr) return base::fail("attaching by uprobe.multi", errno);
  links.emplace_back(link);
  return {};
}

base::Result<void> attach_one_by_one(const ProbeGroup& group, const std::string& path,
                                     Links& links) {
  LIBBPF_OPTS(bpf_uprobe_opts, options, .retprobe = group.site == ProbeSite::kReturn);
  for (const unsigned long offset : group.offsets) {
    bpf_link* link =
        bpf_program__attach_uprobe_opts(group.program, kAnyProcess, path.c_str(), offset, &options);
    if (link == nullptr) return base::fail(fmt::format("attaching at {:#x}", offset), errno);
    links.emplace_back(link);
  }
  return {};
}

base::Result<void> attach_group(const ProbeGroup& group, const std::string& path,
                                AttachMethod method, Links& links) {
  return method == AttachMethod::kMulti ? attach_at_once(group, path, links)
                                        : attach_one_by_one(group, path, links);
}

// Where the kernel refuses one place (an instruction that it can't step over) the others stay.
void attach_what_can_be(const ProbeGroup& group, const std::string& path, AttachMethod method,
                        Links& links) {
  const std::size_t before = links.size();
  for (const unsigned long offset : group.offsets) {
    ProbeGroup one = group;
    one.offsets = {offset};
    (void)attach_group(one, path, method, links);
  }
  spdlog::debug("of {} optional probes {} could be attached", group.offsets.size(),
                links.size() - before);
}

}  // namespace

void EndLink::operator()(bpf_link* link) const { bpf_link__destroy(link); }

AttachMethod best_attach_method() {
  const std::array<bpf_insn, 2> nothing = {
      bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
      bpf_insn{.code = BPF_JMP | BPF_EXIT}};
  LIBBPF_OPTS(bpf_prog_load_opts, load, .expected_attach_type = BPF_TRACE_UPROBE_MULTI);
  const base::Fd program(
      bpf_prog_load(BPF_PROG_TYPE_KPROBE, nullptr, "GPL", nothing.data(), nothing.size(), &load));
  if (!program) return AttachMethod::kPerf;
  // A folder can't be probed: a kernel that knows such links answers EBADF.
  const unsigned long offset = 0;
  LIBBPF_OPTS(bpf_link_create_opts, create);
  create.uprobe_multi.path = "/";
  create.uprobe_multi.offsets = &offset;
  create.uprobe_multi.cnt = 1;
  const base::Fd link(bpf_link_create(program.get(), -1, BPF_TRACE_UPROBE_MULTI, &create));
  return !link && errno == EBADF ? AttachMethod::kMulti : AttachMethod::kPerf;
}

void set_attach_method(bpf_program* program, AttachMethod method) {
  bpf_program__set_expected_attach_type(
      program, method == AttachMethod::kMulti ? BPF_TRACE_UPROBE_MULTI : bpf_attach_type{});
}

base::Result<void> attach_plan(const ProbePlan& plan, const std::string& path, AttachMethod method,
                               Links& links) {
  for (const ProbeGroup& group : plan.groups) {
    if (group.offsets.empty()) continue;
    auto attached = attach_group(group, path, method, links);
    if (!attached && !group.required && !is_passing(attached.error().error_number)) {
      attach_what_can_be(group, path, method, links);
    } else if (!attached) {
      return attached;
    }
  }
  return {};
}

bool is_passing(int error_number) {
  static constexpr std::array kPassing = {EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY, EINTR};
  for (const int passing : kPassing) {
    if (passing == error_number) return true;
  }
  return false;
}

}  // namespace obi::capture
