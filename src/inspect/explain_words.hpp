// SPDX-License-Identifier: Apache-2.0
// What both forms of an explanation say in the same words.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/service.hpp"

namespace obi::inspect {

/// When a process of this age started: "2026-11-23T18:45:49Z".
std::string started_text(std::chrono::nanoseconds age);

inline constexpr std::size_t kSignalCount = 3;
/// Those that leave for the service: metrics, traces, logs.
std::vector<std::string_view> signals_of(const model::Service& service);

}  // namespace obi::inspect
