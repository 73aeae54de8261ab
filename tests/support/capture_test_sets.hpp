// SPDX-License-Identifier: Apache-2.0
// Program sets for tests: different rows of one object (bpf/test/test_sets.bpf.c).
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "bpf/shared/segment.h"
#include "capture/program_set.hpp"

/// Where the set of plaintext has its probe: `size` bytes were sent or received by whatever
/// encrypts the bytes of the socket `fd`. `context` may be null.
extern "C" void obi_test_plaintext(int fd, const char* bytes, std::uint64_t size, int direction,
                                   const obi_segment_context* context);

namespace obi::capture {

/// What the set of plaintext needs of the kernel.
bool has_uprobes();

const void* test_object(std::size_t* bytes);

template <std::size_t N>
ProgramSet test_set(std::string_view name, const std::array<HookRow, N>& rows) {
  return {.name = name, .object = test_object, .hooks = rows};
}

inline constexpr std::array<HookRow, 1> kPlaintextRows = {
    {{.program = "test_plaintext", .kind = HookKind::kAttach, .need = Need::kRequired}}};
inline constexpr std::array<HookRow, 1> kRefusedRows = {
    {{.program = "test_refused", .kind = HookKind::kOnDemand, .need = Need::kRequired}}};
inline constexpr std::array<HookRow, 1> kAlteringRows = {
    {{.program = "test_altering", .kind = HookKind::kOnDemand, .need = Need::kRequired}}};

inline ProgramSet plaintext_set() { return test_set("test", kPlaintextRows); }

}  // namespace obi::capture
