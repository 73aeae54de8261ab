// SPDX-License-Identifier: Apache-2.0
// One program set's BPF object: opened, loaded, attached by the rows of its hooks. Used by
// program_sets.hpp only.
#pragma once
#include <bpf/libbpf.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "capture/audit.hpp"
#include "capture/program_set.hpp"
#include "capture/tracer.hpp"

namespace obi::capture {

class Programs {
 public:
  explicit Programs(const ProgramSet& set) : set_(set) {}
  ~Programs();
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  /// Opens the object and chooses, row by row, what this kernel has hooks for. The error names the
  /// first required hook that it lacks.
  base::Result<void> open(const TracerOptions& options);
  /// Sizes and shares the object's maps before they are made; called again when the object is.
  using PrepareMaps = std::function<base::Result<void>(bpf_object*)>;
  /// After `open`. An optional program that the kernel refuses is left out, and named in the log.
  base::Result<void> load(const TracerOptions& options, const PrepareMaps& prepare);
  base::Result<void> attach();

  [[nodiscard]] std::string_view name() const { return set_.name; }
  [[nodiscard]] bpf_object* object() const { return object_.get(); }
  /// Descriptor of a program, -1 if it isn't loaded.
  [[nodiscard]] int program(const char* name) const;
  /// Descriptor of a map; negative if the object has no such.
  [[nodiscard]] int map(const char* name) const;
  /// How often the kernel skipped a program because it was running on that CPU already (5.12+).
  [[nodiscard]] std::uint64_t skipped_runs() const;
  /// Those that are loaded, and those that were left out.
  [[nodiscard]] std::vector<ProgramFacts> facts() const;

 private:
  struct CloseObject {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
  };
  struct DestroyLink {
    void operator()(bpf_link* link) const { bpf_link__destroy(link); }
  };

  [[nodiscard]] bpf_program* find(std::string_view name) const;
  base::Result<void> choose(const HookRow& row, const struct btf* types);
  base::Result<void> choose_all(const TracerOptions& options);
  bpf_program* choose_unpreempted(const HookRow& row) const;
  void leave_out(bpf_program* program);
  void leave_out_optional();
  base::Result<void> attach(bpf_program* program, Need need);
  [[nodiscard]] base::Result<void> refuse_altering() const;
  void ask_for_statistics();
  [[nodiscard]] ProgramFacts facts_of(const bpf_program* program) const;

  ProgramSet set_;
  std::unique_ptr<bpf_object, CloseObject> object_;
  std::vector<std::unique_ptr<bpf_link, DestroyLink>> links_;  // go before the object
  std::vector<const bpf_program*> left_out_;
  std::map<const bpf_program*, Need> chosen_;
  std::map<const bpf_program*, std::vector<char>> verifier_logs_;
};

}  // namespace obi::capture
