// SPDX-License-Identifier: Apache-2.0
#include "model/memory_account.hpp"

#include <fmt/format.h>

namespace obi::model {
namespace {

constexpr std::size_t kLeast = 4;   // the budget never falls below 1/4 of what it was …
constexpr std::size_t kSteps = 16;  // … and grows back in steps of 1/16

constexpr unsigned sum_of_shares() {
  unsigned sum = 0;
  for (const auto& holder : kMemoryHolders) sum += holder.percent;
  return sum;
}
// So whenever all together are above the budget, one of them is above its share.
static_assert(sum_of_shares() == 100);

std::size_t index_of(MemoryHolder holder) { return static_cast<std::size_t>(holder); }
std::size_t no_less_than_zero(std::ptrdiff_t bytes) {
  return bytes < 0 ? 0 : static_cast<std::size_t>(bytes);
}

}  // namespace

void MemoryAccount::set_budget(std::size_t budget) {
  budget_ = budget;
  allowed_.store(budget, std::memory_order_relaxed);
}

std::size_t MemoryAccount::held(MemoryHolder holder) const {
  return no_less_than_zero(rows_[index_of(holder)].held.load(std::memory_order_relaxed));
}

std::size_t MemoryAccount::total() const {
  return no_less_than_zero(total_.load(std::memory_order_relaxed));
}

std::size_t MemoryAccount::share(MemoryHolder holder) const {
  return allowed_.load(std::memory_order_relaxed) / 100 * kMemoryHolders[index_of(holder)].percent;
}

std::size_t MemoryAccount::excess(MemoryHolder holder) const {
  if (budget_ == 0) return 0;
  const std::size_t all = total();
  const std::size_t allowed = allowed_.load(std::memory_order_relaxed);
  if (all <= allowed) return 0;
  const std::size_t own = held(holder);
  const std::size_t most = share(holder);
  return own <= most ? 0 : std::min(own - most, all - allowed);
}

std::uint64_t MemoryAccount::given_back(MemoryHolder holder) const {
  return rows_[index_of(holder)].given_back.load(std::memory_order_relaxed);
}

void MemoryAccount::add(MemoryHolder holder, std::ptrdiff_t bytes) {
  rows_[index_of(holder)].held.fetch_add(bytes, std::memory_order_relaxed);
  total_.fetch_add(bytes, std::memory_order_relaxed);
}

void MemoryAccount::count_given_back(MemoryHolder holder, std::size_t bytes) {
  rows_[index_of(holder)].given_back.fetch_add(bytes, std::memory_order_relaxed);
}

void MemoryAccount::constrain(std::size_t bytes) {
  const std::size_t all = std::min(total(), allowed_.load(std::memory_order_relaxed));
  const std::size_t wanted = all > bytes ? all - bytes : 0;
  allowed_.store(std::max(wanted, budget_ / kLeast), std::memory_order_relaxed);
}

void MemoryAccount::relax() {
  const std::size_t allowed = allowed_.load(std::memory_order_relaxed);
  if (allowed == budget_) return;
  allowed_.store(std::min(budget_, allowed + budget_ / kSteps), std::memory_order_relaxed);
}

bool MemoryAccount::is_constrained() const {
  return allowed_.load(std::memory_order_relaxed) < budget_;
}

std::string MemoryAccount::text() const {
  std::string line;
  for (std::size_t i = 0; i < kMemoryHolders.size(); ++i) {
    line += fmt::format("{}{}={}", i == 0 ? "" : " ", kMemoryHolders[i].name,
                        held(static_cast<MemoryHolder>(i)));
  }
  return line;
}

std::string MemoryAccount::given_back_text() const {
  std::string line;
  for (std::size_t i = 0; i < kMemoryHolders.size(); ++i) {
    const std::uint64_t bytes = given_back(static_cast<MemoryHolder>(i));
    if (bytes > 0)
      line += fmt::format("{}{}={}", line.empty() ? "" : " ", kMemoryHolders[i].name, bytes);
  }
  return line.empty() ? "none" : line;
}

}  // namespace obi::model
