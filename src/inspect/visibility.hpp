// SPDX-License-Identifier: Apache-2.0
// What of a process the agent can see, what it can't, and what this user may not find out.
#pragma once
#include <string>
#include <vector>

#include "binary/linkage.hpp"
#include "capture/tracer.hpp"
#include "discover/examination.hpp"

namespace obi::inspect {

/// What the limits are found from, beside what an examination gives.
struct Seeing {
  capture::Backend backend = capture::Backend::kAuto;  ///< as configured
  binary::Linkage linkage;
  std::vector<std::string> libraries;  ///< as relevant_libraries gives them
  bool uses_io_uring = false;
};

/// What captures the process's requests; one sentence.
std::string seen_by(capture::Backend backend);
/// Sentences, one per limit that concerns this process.
std::vector<std::string> not_seen(const Seeing& seeing, discover::Examination& examination);
/// Has it an io_uring among its descriptors (/proc/PID/fd)?
bool uses_io_uring(const discover::Proc& proc, std::uint32_t pid);

/// Something that isn't known because this user may not read it.
struct Unreadable {
  std::string path;        ///< "/proc/42/fd"
  std::string fact;        ///< what it would have shown
  std::string capability;  ///< that lifts this; empty = none, a security policy refuses it
};
std::vector<Unreadable> unreadable_parts(const discover::Proc& proc, std::uint32_t pid);

}  // namespace obi::inspect
