// SPDX-License-Identifier: Apache-2.0
#include "model/id_source.hpp"

#include <sys/random.h>

namespace obi::model {
namespace {

// splitmix64: spreads a small seed over the whole state.
std::uint64_t spread(std::uint64_t& seed) {
  std::uint64_t z = (seed += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

IdSource::IdSource(std::uint64_t seed) {
  if (seed == 0 && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
    seed = reinterpret_cast<std::uintptr_t>(this);
  for (std::uint64_t& word : state_) word = spread(seed);
}

}  // namespace obi::model
