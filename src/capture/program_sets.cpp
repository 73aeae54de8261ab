// SPDX-License-Identifier: Apache-2.0
#include "capture/program_sets.hpp"

#include <spdlog/spdlog.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

namespace obi::capture {

ProgramSets::~ProgramSets() {
  if (state_ != nullptr) munmap(state_, sizeof(*state_));
}

void ProgramSets::leave_out(std::string_view name, const base::Error& error) {
  spdlog::warn("program set {} is left out: {}", name, error.message);
  left_out_.push_back({.name = std::string(name), .failure = error.message});
}

void ProgramSets::leave_out(std::size_t index, const base::Error& error) {
  leave_out(sets_[index]->name(), error);
  sets_.erase(sets_.begin() + static_cast<std::ptrdiff_t>(index));
}

base::Result<void> ProgramSets::open(const ProgramSet& backend, const TracerOptions& options) {
  sets_.push_back(std::make_unique<Programs>(backend));
  if (auto opened = sets_.front()->open(options); !opened) return opened;
  for (const ProgramSet& set : options.further_sets) {
    auto programs = std::make_unique<Programs>(set);
    if (auto opened = programs->open(options); opened) {
      sets_.push_back(std::move(programs));
    } else {
      leave_out(set.name, opened.error());
    }
  }
  return {};
}

// How often the maps that may shrink are halved. A set whose maps don't fit beside the ones before
// it is left out.
base::Result<unsigned> ProgramSets::fit_maps(const TracerOptions& options) {
  MapDemand demand;
  unsigned halvings = 0;
  for (std::size_t i = 0; i < sets_.size();) {
    MapDemand with_this = demand;
    with_this.add(sets_[i]->object(), options.ring_bytes);
    auto fits = halvings_to_fit(with_this.shrinkable, with_this.fixed, options.max_map_bytes);
    if (fits) {
      halvings = *fits;
      demand = std::move(with_this);
      ++i;
    } else if (i == 0) {
      return fits;
    } else {
      leave_out(i, fits.error());
    }
  }
  return halvings;
}

base::Result<void> ProgramSets::share_map(std::size_t index, bpf_map* map) const {
  const char* name = bpf_map__name(map);
  for (std::size_t i = 0; i < index; ++i) {
    const bpf_map* made = bpf_object__find_map_by_name(sets_[i]->object(), name);
    if (made == nullptr) continue;
    const MapShape wanted = shape_of(map);
    const MapShape shape = shape_of(made);
    if (wanted.type != shape.type || wanted.key_bytes != shape.key_bytes ||
        wanted.value_bytes != shape.value_bytes)
      return base::fail(fmt::format("its map {} is not as that of {}", name, sets_[i]->name()));
    if (bpf_map__reuse_fd(map, bpf_map__fd(made)) != 0)
      return base::fail(fmt::format("sharing the map {}", name), errno);
    return {};
  }
  return {};
}

base::Result<void> ProgramSets::prepare_maps(std::size_t index, bpf_object* object,
                                             const TracerOptions& options,
                                             unsigned halvings) const {
  resize_maps(object, options.ring_bytes, halvings);
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (!is_shared(bpf_map__name(map))) continue;
    if (auto shared = share_map(index, map); !shared) return shared;
  }
  return {};
}

base::Result<void> ProgramSets::load(std::size_t index, const TracerOptions& options,
                                     unsigned halvings) {
  return sets_[index]->load(
      options, [&](bpf_object* object) { return prepare_maps(index, object, options, halvings); });
}

base::Result<void> ProgramSets::map_state() {
  void* memory = mmap(nullptr, sizeof(*state_), PROT_READ | PROT_WRITE, MAP_SHARED,
                      map(OBI_SHARED_STATE_MAP), 0);
  if (memory == MAP_FAILED) return base::fail("mapping BPF map memory", errno);
  state_ = static_cast<obi_shared_state*>(memory);
  return {};
}

base::Result<void> ProgramSets::load(const ProgramSet& backend, const TracerOptions& options) {
  if (auto opened = open(backend, options); !opened) return opened;
  const unsigned halvings = OBI_TRY(fit_maps(options));
  if (auto loaded = load(0, options, halvings); !loaded) return loaded;
  for (std::size_t i = 1; i < sets_.size();) {
    if (auto loaded = load(i, options, halvings); loaded) {
      ++i;
    } else {
      leave_out(i, loaded.error());
    }
  }
  if (auto mapped = map_state(); !mapped) return mapped;
  // Records must not fill the ring before its reader is woken.
  state_->wakeup_bytes = static_cast<std::uint32_t>(
      std::min(options.wakeup_bytes, (options.ring_bytes >> halvings) / 4));
  return {};
}

base::Result<void> ProgramSets::attach() {
  if (auto attached = sets_.front()->attach(); !attached) return attached;
  for (std::size_t i = 1; i < sets_.size();) {
    if (auto attached = sets_[i]->attach(); attached) {
      ++i;
    } else {
      leave_out(i, attached.error());
    }
  }
  return {};
}

std::uint64_t ProgramSets::skipped_runs() const {
  std::uint64_t total = 0;
  for (const auto& set : sets_) total += set->skipped_runs();
  return total;
}

// A shared map is one of the first set that has it.
Audit ProgramSets::audit() const {
  Audit audit;
  std::set<std::string> shared;
  for (const auto& set : sets_) {
    audit.sets.push_back({.name = std::string(set->name())});
    std::ranges::move(set->facts(), std::back_inserter(audit.programs));
    const bpf_map* map = nullptr;
    while ((map = bpf_object__next_map(set->object(), map)) != nullptr) {
      const char* name = bpf_map__name(map);
      if (!is_shared(name) || shared.insert(name).second) audit.maps.push_back(facts_of(map));
    }
  }
  audit.sets.insert(audit.sets.end(), left_out_.begin(), left_out_.end());
  return audit;
}

}  // namespace obi::capture
