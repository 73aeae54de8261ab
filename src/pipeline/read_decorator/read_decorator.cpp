// SPDX-License-Identifier: Apache-2.0
#include "pipeline/read_decorator/read_decorator.hpp"

#include <sys/random.h>

#include <bit>
#include <cstring>

namespace obi::pipeline {
namespace {

// splitmix64: spreads a small seed over the whole state.
std::uint64_t spread(std::uint64_t& seed) {
  std::uint64_t z = (seed += 0x9e3779b97f4a7c15U);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

ReadDecorator::ReadDecorator(const ServiceLookup& services, model::Ledger& ledger,
                             std::uint64_t seed)
    : services_(services), ledger_(ledger) {
  if (seed == 0 && getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
    seed = reinterpret_cast<std::uintptr_t>(this);
  state_[0] = spread(seed);
  state_[1] = spread(seed);
}

std::uint64_t ReadDecorator::next_random() {
  const std::uint64_t first = state_[0];
  std::uint64_t second = state_[1];
  const std::uint64_t result = first + second;
  second ^= first;
  state_[0] = std::rotl(first, 24) ^ second ^ (second << 16U);
  state_[1] = std::rotl(second, 37);
  return result == 0 ? 1 : result;
}

void ReadDecorator::process(model::SpanBatch& batch) {
  std::uint32_t last_pid = 0;
  ServiceLookup::Found last;
  const std::size_t removed = std::erase_if(batch.spans, [&](model::Span& span) {
    const bool same = last.service && span.pid == last_pid && span.start_ns >= last.from_ns &&
                      span.start_ns < last.until_ns;
    if (!same) {
      last = services_.find(span.pid, span.start_ns);
      last_pid = span.pid;
    }
    span.service = last.service;
    if (!span.service) return true;
    if (!span.trace_id.is_set()) {
      const std::uint64_t words[2] = {next_random(), next_random()};
      std::memcpy(span.trace_id.bytes.data(), words, sizeof(words));
      span.trace_flags = 1;
    }
    if (!span.span_id.is_set()) {
      const std::uint64_t word = next_random();
      std::memcpy(span.span_id.bytes.data(), &word, sizeof(word));
    }
    return false;
  });
  if (removed > 0) ledger_.add(model::Reason::SpansNoService, removed);
}

}  // namespace obi::pipeline
