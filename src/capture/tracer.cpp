// SPDX-License-Identifier: Apache-2.0
#include "capture/tracer.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <numeric>

#include "bpf/shared/kernel_loss.h"
#include "bpf/shared/pid_filter.h"
#include "bpf/shared/segment.h"
#include "capture/pid_filter.hpp"
#include "syscall.skel.h"

namespace obi::capture {
namespace {

// libbpf's own messages: interesting only while something fails to load.
int log_libbpf(libbpf_print_level level, const char* format, va_list args) {
  std::array<char, 1024> text{};
  std::vsnprintf(text.data(), text.size(), format, args);
  std::string_view line(text.data());
  while (line.ends_with('\n')) line.remove_suffix(1);
  if (level <= LIBBPF_INFO) spdlog::debug("libbpf: {}", line);
  return 0;
}

struct HookRow {
  Backend backend;
  bool available;  ///< built into this agent
};
// In order of preference. Back ends that aren't built in yet are rows already, so that asking for
// one says so.
constexpr std::array kHookTable = {
    HookRow{Backend::kFentry, false},
    HookRow{Backend::kKprobe, false},
    HookRow{Backend::kTracepoint, false},
    HookRow{Backend::kSyscall, true},
};

base::Result<Backend> choose(Backend wanted) {
  for (const HookRow& row : kHookTable) {
    if (row.available && (wanted == Backend::kAuto || wanted == row.backend)) return row.backend;
  }
  return base::fail("ebpf.capture_backend: '" + std::string(to_string(wanted)) +
                    "' is not built into this version; use auto or syscall");
}

std::string explain_load_failure(int error) {
  if (error == EPERM || error == EACCES) {
    return "the kernel refused to load BPF programs (run as root, or with CAP_BPF, CAP_PERFMON and "
           "CAP_SYS_PTRACE)";
  }
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return "the kernel has no BTF (/sys/kernel/btf/vmlinux): it needs CONFIG_DEBUG_INFO_BTF";
  }
  return "loading the BPF programs failed";
}

template <typename T>
T* map_memory(int fd, std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<T*>(memory);
}

constexpr std::size_t kSegmentsBytes = OBI_PID_SEGMENTS * sizeof(std::uint64_t);
constexpr std::uint64_t kModeSlots = 16384;  // CAPTURE_MODE_SLOTS of bpf/maps/connections.bpf.h
constexpr std::size_t kModesBytes = kModeSlots * sizeof(std::uint64_t);

struct ConsumerCall {
  const Tracer::Consumer* consume;
  std::size_t count = 0;
};

int on_ring_record(void* context, void* data, std::size_t size) {
  auto* call = static_cast<ConsumerCall**>(context);
  (*(*call)->consume)({static_cast<const std::byte*>(data), size});
  ++(*call)->count;
  return 0;
}

}  // namespace

std::string_view to_string(Backend backend) {
  switch (backend) {
    case Backend::kFentry: return "fentry";
    case Backend::kKprobe: return "kprobe";
    case Backend::kTracepoint: return "tracepoint";
    case Backend::kSyscall: return "syscall";
    case Backend::kAuto: break;
  }
  return "auto";
}

struct Tracer::Programs {
  syscall_bpf* skeleton = nullptr;
  ring_buffer* rings = nullptr;  // process events first: in this order they are consumed
  std::uint64_t* pid_segments = nullptr;
  std::uint64_t* modes = nullptr;
  std::unique_ptr<PidFilter> filter;
  ConsumerCall* call = nullptr;
  Backend backend = Backend::kSyscall;

  ~Programs() {
    ring_buffer__free(rings);
    if (pid_segments != nullptr) munmap(pid_segments, kSegmentsBytes);
    if (modes != nullptr) munmap(modes, kModesBytes);
    syscall_bpf__destroy(skeleton);
  }

  base::Result<void> load(const TracerOptions& options) {
    skeleton = syscall_bpf__open();
    if (skeleton == nullptr) return base::fail("opening the BPF object", errno);
    skeleton->rodata->wakeup_bytes = static_cast<std::uint32_t>(options.wakeup_bytes);
    bpf_map__set_max_entries(skeleton->maps.segments,
                             static_cast<std::uint32_t>(options.ring_bytes));
    if (const int error = syscall_bpf__load(skeleton); error != 0) {
      return base::fail(explain_load_failure(-error), -error);
    }
    return {};
  }

  base::Result<void> map() {
    pid_segments =
        map_memory<std::uint64_t>(bpf_map__fd(skeleton->maps.pid_segments), kSegmentsBytes);
    modes = map_memory<std::uint64_t>(bpf_map__fd(skeleton->maps.capture_modes), kModesBytes);
    if (pid_segments == nullptr || modes == nullptr)
      return base::fail("mapping BPF map memory", errno);
    filter = std::make_unique<PidFilter>(bpf_map__fd(skeleton->maps.allowed_pids), pid_segments,
                                         &skeleton->data->filter_generation);
    return {};
  }

  base::Result<void> attach() {
    rings = ring_buffer__new(bpf_map__fd(skeleton->maps.process_events), on_ring_record, &call,
                             nullptr);
    const int segments = bpf_map__fd(skeleton->maps.segments);
    if (rings == nullptr || ring_buffer__add(rings, segments, on_ring_record, &call) != 0) {
      return base::fail("opening the ring buffers", errno);
    }
    if (const int error = syscall_bpf__attach(skeleton); error != 0) {
      return base::fail("attaching the capture programs", -error);
    }
    return {};
  }
};

Tracer::Tracer(std::unique_ptr<Programs> programs) : programs_(std::move(programs)) {}
Tracer::~Tracer() = default;

base::Result<std::unique_ptr<Tracer>> Tracer::open(const TracerOptions& options) {
  libbpf_set_print(log_libbpf);
  auto programs = std::make_unique<Programs>();
  programs->backend = OBI_TRY(choose(options.backend));
  if (auto loaded = programs->load(options); !loaded)
    return std::unexpected(std::move(loaded.error()));
  if (auto mapped = programs->map(); !mapped) return std::unexpected(std::move(mapped.error()));
  if (auto attached = programs->attach(); !attached)
    return std::unexpected(std::move(attached.error()));
  return std::unique_ptr<Tracer>(new Tracer(std::move(programs)));
}

base::Result<void> Tracer::allow(const PidIdentity& process) {
  return programs_->filter->allow(process);
}
void Tracer::block(const PidIdentity& process) { programs_->filter->block(process); }

void Tracer::set_mode(std::uint64_t connection_id, model::CaptureMode mode) {
  std::atomic_ref(programs_->modes[connection_id & (kModeSlots - 1)])
      .store(connection_id << 2U | static_cast<std::uint64_t>(mode), std::memory_order_relaxed);
}

std::size_t Tracer::poll(std::chrono::milliseconds timeout, const Consumer& consume) {
  epoll_event events[2];
  epoll_wait(ring_buffer__epoll_fd(programs_->rings), events, 2, static_cast<int>(timeout.count()));
  return drain(consume);
}

std::size_t Tracer::drain(const Consumer& consume) {
  ConsumerCall call{.consume = &consume};
  programs_->call = &call;
  ring_buffer__consume(programs_->rings);
  programs_->call = nullptr;
  return call.count;
}

Backend Tracer::backend() const { return programs_->backend; }

std::vector<KernelLoss> Tracer::losses() const {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, OBI_KERNEL_LOSS_COUNT>
      kRows = {{
#define OBI_LOSS_ROW(name, text, help) {text, help},
          OBI_KERNEL_LOSSES(OBI_LOSS_ROW)
#undef OBI_LOSS_ROW
      }};
  const int cpus = libbpf_num_possible_cpus();
  std::vector<std::uint64_t> per_cpu(cpus > 0 ? static_cast<std::size_t>(cpus) : 1);
  std::vector<KernelLoss> losses;
  for (std::uint32_t key = 0; key < kRows.size(); ++key) {
    KernelLoss loss{.name = kRows[key].first, .help = kRows[key].second};
    if (bpf_map_lookup_elem(bpf_map__fd(programs_->skeleton->maps.losses), &key, per_cpu.data()) ==
        0) {
      loss.count = std::accumulate(per_cpu.begin(), per_cpu.end(), std::uint64_t{0});
    }
    losses.push_back(loss);
  }
  return losses;
}

// The kernel tells each map's charge in its fdinfo ("memlock:").
std::size_t Tracer::map_bytes() const {
  std::size_t total = 0;
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, programs_->skeleton->obj) {
    std::ifstream info("/proc/self/fdinfo/" + std::to_string(bpf_map__fd(map)));
    for (std::string key; info >> key;) {
      std::size_t value = 0;
      if (key == "memlock:" && info >> value) total += value;
    }
  }
  return total;
}

}  // namespace obi::capture
