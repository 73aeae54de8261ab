// SPDX-License-Identifier: Apache-2.0
// One back end's BPF object: opened, loaded, attached. Which object that is, is known here and
// nowhere else. Used by the tracer only.
#pragma once
#include <bpf/libbpf.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capture/audit.hpp"
#include "capture/map_sizes.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

class Programs {
 public:
  virtual ~Programs() = default;
  Programs() = default;
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  /// Loads what this kernel has functions for. A program that is not essential and doesn't load or
  /// attach is left out, and named in the log.
  base::Result<void> load(const TracerOptions& options);
  base::Result<void> attach();

  [[nodiscard]] virtual bpf_object* object() const = 0;
  /// Descriptor of a program, -1 if it isn't loaded.
  [[nodiscard]] int program(const char* name) const;
  /// Descriptor of a map; every back end has the maps of bpf/maps.
  [[nodiscard]] int map(const char* name) const;
  /// How often the kernel skipped a program because it was running on that CPU already (5.12+).
  [[nodiscard]] std::uint64_t skipped_runs() const;
  [[nodiscard]] Audit audit() const;
  /// Raised after each change of the PID filter.
  [[nodiscard]] virtual std::uint32_t* filter_generation() const = 0;
  /// Raised after each change of the capture overrides.
  [[nodiscard]] virtual std::uint32_t* capture_override_epoch() const = 0;

 protected:
  virtual void open(const bpf_object_open_opts&
                        options) = 0;  ///< afterwards `object()` is not null, or errno is set
  virtual int load_object() = 0;
  virtual void close() = 0;
  virtual void set_wakeup_bytes(std::uint32_t bytes) = 0;
  void detach();

 private:
  base::Result<void> open_for(const TracerOptions& options);
  base::Result<int> try_load(const TracerOptions& options, bool essential_only);
  void leave_out(bpf_program* program);
  base::Result<void> leave_out_missing_hooks(const TracerOptions& options);
  void fit_preemption();
  void replace_preempted(bpf_program* program);
  [[nodiscard]] base::Result<void> refuse_altering() const;
  base::Result<void> fit_maps(const TracerOptions& options);
  void ask_for_statistics();
  [[nodiscard]] ProgramFacts facts_of(const bpf_program* program) const;
  std::vector<bpf_link*> links_;
  std::vector<std::string> left_out_;
  std::map<const bpf_program*, std::vector<char>> verifier_logs_;
};

MapShape shape_of(const bpf_map* map);
/// CPUs that the kernel could have.
std::size_t possible_cpus();

/// Of a certain back end: not kAuto.
std::unique_ptr<Programs> make_programs(Backend backend);

}  // namespace obi::capture
