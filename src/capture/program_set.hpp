// SPDX-License-Identifier: Apache-2.0
// A program set as data: one BPF object, and a row for each hook of it. The capture back ends are
// such sets (backends.cpp); others are given to the tracer beside them. program_sets.hpp loads
// them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace obi::capture {

/// How a program gets to its hook, and so what the kernel must have.
enum class HookKind : std::uint8_t {
  kTrampoline,     ///< fentry, fexit: a function that the kernel's types have
  kRawTracepoint,  ///< a tracepoint that the kernel's types have
  kAttach,         ///< kprobes, uprobes: what is missing shows when it is attached
  kOnDemand,       ///< never attached: the agent runs it
};

enum class Need : std::uint8_t {
  kOptional,  ///< left out where the kernel doesn't have it or doesn't take it
  kRequired,  ///< without it the set is of no use
};

/// A program and its hook, which is named in the program's section. A program of the object that no
/// row names isn't loaded. Names of programs are unique over all sets.
struct HookRow {
  std::string_view program;
  HookKind kind = HookKind::kAttach;
  std::string_view hook;  ///< kernel function or tracepoint; empty where there is none to look up
  Need need = Need::kOptional;
  /// Takes the program's place where the kernel may preempt raw tracepoints, if tracefs is mounted.
  std::string_view unpreempted = {};
  /// A second, optional program on the same hook, which reports what the first was skipped for.
  std::string_view fallback = {};
};

struct ProgramSet {
  std::string_view name;  ///< for the log and the reports
  /// The ELF object and its size, as a skeleton's NAME_bpf__elf_bytes gives it.
  const void* (*object)(std::size_t* bytes) = nullptr;
  std::span<const HookRow> hooks;
};

}  // namespace obi::capture
