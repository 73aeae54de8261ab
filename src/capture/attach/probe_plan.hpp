// SPDX-License-Identifier: Apache-2.0
// From the rows of a probe set to places in one file. Any thread.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "binary/elf_file.hpp"
#include "capture/attach/probe.hpp"

namespace obi::capture {

/// What one program is attached to in one step.
struct ProbeGroup {
  const bpf_program* program = nullptr;
  ProbeSite site = ProbeSite::kEntry;
  bool required = true;
  std::vector<unsigned long> offsets;  ///< in the file; ascending, each once
};

struct ProbePlan {
  std::vector<ProbeGroup> groups;
  std::vector<std::string> missing;  ///< rows that aren't required and have no place
  [[nodiscard]] std::size_t places() const;
};

/// An error names the required row that has no place in executable parts of the file, or the limit
/// that is passed: binary::kMaxFunctionPlaces of a name, kMaxProbesPerSet.
base::Result<ProbePlan> plan_probes(binary::ElfFile& file, std::span<const Probe> probes);

}  // namespace obi::capture
