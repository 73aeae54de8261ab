// SPDX-License-Identifier: Apache-2.0
#include "capture/attach/probe_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "binary/function_symbols.hpp"

namespace obi::capture {
namespace {

using Functions = std::unordered_map<std::string, binary::FunctionPlaces>;

std::string describe(const Probe& probe) {
  if (probe.symbol.empty()) return fmt::format("offset {:#x}", probe.offset);
  return probe.offset == 0 ? probe.symbol : fmt::format("{}+{:#x}", probe.symbol, probe.offset);
}

base::Result<Functions> functions_of(binary::ElfFile& file, std::span<const Probe> probes) {
  std::vector<std::string_view> names;
  for (const Probe& probe : probes) {
    if (!probe.symbol.empty()) names.push_back(probe.symbol);
  }
  if (names.empty()) return Functions();
  return binary::find_functions(file, names);
}

// Where the row's probe goes; an error says why it has no place.
base::Result<std::vector<unsigned long>> places_of(const binary::ElfFile& file,
                                                   const Functions& functions, const Probe& probe) {
  std::vector<unsigned long> places;
  if (probe.site == ProbeSite::kReturn && (probe.symbol.empty() || probe.offset != 0)) {
    return base::fail("a return probe needs a function's first instruction");
  }
  if (probe.symbol.empty()) {
    if (!file.is_code(probe.offset)) return base::fail("no code there");
    places.push_back(probe.offset);
    return places;
  }
  const auto found = functions.find(probe.symbol);
  if (found == functions.end()) return base::fail("no such function");
  if (found->second.ambiguous) return base::fail("too many functions of that name");
  for (const binary::FunctionPlace& place : found->second.places) {
    if (probe.offset != 0 && probe.offset >= place.size) return base::fail("behind its end");
    places.push_back(place.offset + probe.offset);
  }
  return places;
}

void add(ProbePlan& plan, const Probe& probe, const std::vector<unsigned long>& places) {
  auto group = std::ranges::find_if(plan.groups, [&](const ProbeGroup& known) {
    return known.program == probe.program && known.site == probe.site &&
           known.required == probe.required;
  });
  if (group == plan.groups.end()) {
    group = plan.groups.insert(plan.groups.end(), {probe.program, probe.site, probe.required, {}});
  }
  group->offsets.insert(group->offsets.end(), places.begin(), places.end());
}

// Two rows may mean one place, where the program is to run once.
void keep_each_place_once(ProbePlan& plan) {
  std::set<std::tuple<const bpf_program*, ProbeSite, unsigned long>> seen;
  std::ranges::stable_sort(plan.groups, std::ranges::greater(), &ProbeGroup::required);
  for (ProbeGroup& group : plan.groups) {
    std::erase_if(group.offsets, [&](unsigned long offset) {
      return !seen.emplace(group.program, group.site, offset).second;
    });
    std::ranges::sort(group.offsets);
  }
}

}  // namespace

std::size_t ProbePlan::places() const {
  std::size_t count = 0;
  for (const ProbeGroup& group : groups) count += group.offsets.size();
  return count;
}

base::Result<ProbePlan> plan_probes(binary::ElfFile& file, std::span<const Probe> probes) {
  const auto functions = functions_of(file, probes);
  ProbePlan plan;
  for (const Probe& probe : probes) {
    auto places =
        functions ? places_of(file, *functions, probe)
                  : base::Result<std::vector<unsigned long>>(std::unexpected(functions.error()));
    if (places) {
      add(plan, probe, *places);
    } else if (probe.required) {
      return std::unexpected(std::move(places.error()).with_context(describe(probe)));
    } else {
      plan.missing.push_back(describe(probe));
    }
  }
  keep_each_place_once(plan);
  if (plan.places() > kMaxProbesPerSet) return base::fail("too many places for probes");
  return plan;
}

}  // namespace obi::capture
