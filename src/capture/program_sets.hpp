// SPDX-License-Identifier: Apache-2.0
// The program sets of a tracer, and the maps that they share: the capture back end, which makes the
// maps, and the sets beside it, which use those of the sets before them. Without the back end
// nothing is captured; any other set that fails is left out, and the rest goes on.
// Used by the tracer only. Not thread-safe, but for `state`.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "bpf/shared/shared_state.h"
#include "capture/audit.hpp"
#include "capture/map_sizes.hpp"
#include "capture/programs.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

class ProgramSets {
 public:
  ProgramSets() = default;
  ~ProgramSets();
  ProgramSets(const ProgramSets&) = delete;
  ProgramSets& operator=(const ProgramSets&) = delete;

  /// Loads the back end, and those of `options.further_sets` that this kernel takes. All their maps
  /// together stay under `options.max_map_bytes`.
  base::Result<void> load(const ProgramSet& backend, const TracerOptions& options);
  base::Result<void> attach();

  /// Descriptors; the back end has the program and the map.
  [[nodiscard]] int program(const char* name) const { return sets_.front()->program(name); }
  [[nodiscard]] int map(const char* name) const { return sets_.front()->map(name); }
  /// What all sets read (bpf/shared/shared_state.h), as the kernel has it. After `load`.
  [[nodiscard]] obi_shared_state& state() const { return *state_; }

  [[nodiscard]] std::uint64_t skipped_runs() const;
  [[nodiscard]] Audit audit() const;

 private:
  base::Result<void> open(const ProgramSet& backend, const TracerOptions& options);
  base::Result<unsigned> fit_maps(const TracerOptions& options);
  base::Result<void> load(std::size_t index, const TracerOptions& options, unsigned halvings);
  base::Result<void> prepare_maps(std::size_t index, bpf_object* object,
                                  const TracerOptions& options, unsigned halvings) const;
  base::Result<void> share_map(std::size_t index, bpf_map* map) const;
  base::Result<void> map_state();
  void leave_out(std::size_t index, const base::Error& error);
  void leave_out(std::string_view name, const base::Error& error);

  std::vector<std::unique_ptr<Programs>> sets_;  // the back end first
  std::vector<SetFacts> left_out_;
  obi_shared_state* state_ = nullptr;
};

}  // namespace obi::capture
