// SPDX-License-Identifier: Apache-2.0
// What the agent has in the kernel: every program of every set, with its hook, its helpers and what
// it could alter, and every map with its memory. A map that sets share counts once.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

struct bpf_map;

namespace obi::capture {

struct ProgramFacts {
  std::string name;
  std::string hook;     ///< ELF section, such as "raw_tracepoint/sys_exit"
  std::string type;     ///< as bpftool calls it: "kprobe", "raw_tracepoint", …
  bool loaded = false;  ///< false: left out, this kernel doesn't have the hook
  std::vector<std::string> helpers;
  std::vector<std::string> alters;  ///< see effects.hpp; empty = it can only read
  std::uint64_t verified_instructions =
      0;  ///< that the verifier walked; its limit is 1 000 000 (from kernel 5.2 on)
  std::uint32_t jited_bytes = 0;  ///< 0 also where the kernel has no JIT
};

struct MapFacts {
  std::string name;
  std::string type;
  std::uint32_t max_entries = 0;
  std::uint64_t bytes = 0;            ///< that the kernel charges for it
  std::uint64_t estimated_bytes = 0;  ///< as map_sizes.hpp expected it
};

struct SetFacts {
  std::string name;
  std::string failure = {};  ///< why it was left out; empty = it is loaded
};

struct Audit {
  std::vector<SetFacts> sets;  ///< the capture back end first
  std::vector<ProgramFacts> programs;
  std::vector<MapFacts> maps;
};

MapFacts facts_of(const bpf_map* map);

}  // namespace obi::capture
