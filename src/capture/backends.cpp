// SPDX-License-Identifier: Apache-2.0
// The back ends' BPF objects, made part of this program as libbpf skeletons.
#include <memory>

#include "capture/programs.hpp"
#include "fentry.skel.h"
#include "kprobe.skel.h"
#include "syscall.skel.h"
#include "tracepoint.skel.h"

namespace obi::capture {
namespace {

template <typename Skeleton, Skeleton* (*Open)(const bpf_object_open_opts*), int (*Load)(Skeleton*),
          void (*Destroy)(Skeleton*)>
class SkeletonPrograms final : public Programs {
 public:
  ~SkeletonPrograms() override {
    detach();
    Destroy(skeleton_);
  }
  [[nodiscard]] bpf_object* object() const override {
    return skeleton_ == nullptr ? nullptr : skeleton_->obj;
  }
  [[nodiscard]] std::uint32_t* filter_generation() const override {
    return const_cast<std::uint32_t*>(&skeleton_->data->filter_generation);
  }
  [[nodiscard]] std::uint32_t* capture_override_epoch() const override {
    return const_cast<std::uint32_t*>(&skeleton_->data->capture_override_epoch);
  }

 private:
  void open(const bpf_object_open_opts& options) override { skeleton_ = Open(&options); }
  int load_object() override { return Load(skeleton_); }
  void close() override {
    Destroy(skeleton_);
    skeleton_ = nullptr;
  }
  void set_wakeup_bytes(std::uint32_t bytes) override { skeleton_->rodata->wakeup_bytes = bytes; }

  Skeleton* skeleton_ = nullptr;
};

}  // namespace

std::unique_ptr<Programs> make_programs(Backend backend) {
  switch (backend) {
    case Backend::kFentry:
      return std::make_unique<SkeletonPrograms<fentry_bpf, fentry_bpf__open_opts, fentry_bpf__load,
                                               fentry_bpf__destroy>>();
    case Backend::kKprobe:
      return std::make_unique<SkeletonPrograms<kprobe_bpf, kprobe_bpf__open_opts, kprobe_bpf__load,
                                               kprobe_bpf__destroy>>();
    case Backend::kTracepoint:
      return std::make_unique<SkeletonPrograms<tracepoint_bpf, tracepoint_bpf__open_opts,
                                               tracepoint_bpf__load, tracepoint_bpf__destroy>>();
    case Backend::kSyscall:
    case Backend::kAuto: break;
  }
  return std::make_unique<SkeletonPrograms<syscall_bpf, syscall_bpf__open_opts, syscall_bpf__load,
                                           syscall_bpf__destroy>>();
}

}  // namespace obi::capture
