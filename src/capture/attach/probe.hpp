// SPDX-License-Identifier: Apache-2.0
// Probes in files as data: which places of which files run which programs. Passive types.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

struct bpf_program;

namespace obi::capture {

enum class ProbeSite : std::uint8_t { kEntry, kReturn };

struct Probe {
  /// A function's name, without version. Empty: `offset` counts from the start of the file.
  std::string symbol;
  /// Bytes behind the symbol. It must be where an instruction begins: a probe within one breaks the
  /// program that runs it.
  std::uint64_t offset = 0;
  /// A return probe needs a symbol and no offset: anywhere but at a function's first instruction it
  /// would replace something else than the return address.
  ProbeSite site = ProbeSite::kEntry;
  const bpf_program* program = nullptr;  ///< loaded, of the attacher's method
  /// Without it the file is left out; one that isn't required is passed over where it is missing.
  bool required = true;
};

inline constexpr std::size_t kMaxProbesPerSet = 10'000;  ///< places in one file

/// Several sets may have probes in one file; each stands or falls by itself. The programs outlive
/// the attacher.
struct ProbeSet {
  std::string name;
  /// Whether a file that a process has mapped executable is looked at, by its path as that process
  /// sees it. Called often.
  std::function<bool(std::string_view path)> matches;
  std::vector<Probe> probes;
};

}  // namespace obi::capture
