// SPDX-License-Identifier: Apache-2.0
#include "metrics/series_table.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

namespace obi::metrics {
namespace {

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

/// Folds a 128-bit product: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t state, std::uint64_t value) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 divided by the golden ratio
  const auto product = static_cast<unsigned __int128>(state ^ kOdd) * (value ^ (state >> 7) ^ kOdd);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t mix(std::uint64_t state, std::string_view text) {
  state = mix(state, text.size() + 1);
  std::uint64_t word = 0;
  for (; text.size() >= sizeof word; text.remove_prefix(sizeof word)) {
    std::memcpy(&word, text.data(), sizeof word);
    state = mix(state, word);
  }
  if (text.empty()) return state;
  word = 0;
  for (const char c : text) word = (word << 8) | static_cast<unsigned char>(c);
  return mix(state, word);
}

template <typename Value>
std::uint64_t mix_value(std::uint64_t state, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return mix(state, static_cast<std::uint64_t>(*number));
  }
  return value.index() == 1 ? mix(state, std::string_view(std::get<1>(value))) : mix(state, 0);
}

template <typename Values>
std::size_t hash_all(std::uint64_t seed, const void* group, bool overflow, const Values& values) {
  std::uint64_t state = mix(seed, reinterpret_cast<std::uintptr_t>(group));
  state = mix(state, static_cast<std::uint64_t>(overflow));
  for (const auto& value : values) state = mix_value(state, value);
  return state;
}

}  // namespace

std::size_t SeriesTable::Hash::operator()(const SeriesKey& key) const {
  return hash_all(seed, key.group, key.overflow, key.values);
}

std::size_t SeriesTable::Hash::operator()(const std::unique_ptr<Series>& series) const {
  return hash_all(seed, series->group.get(), series->overflow, series->values);
}

bool SeriesTable::Equal::operator()(const SeriesKey& key,
                                    const std::unique_ptr<Series>& series) const {
  if (key.group != series->group.get() || key.overflow != series->overflow) return false;
  return std::ranges::equal(key.values, series->values, [](const auto& left, const auto& right) {
    if (left.index() != right.index()) return false;
    if (left.index() == 1) return std::get<1>(left) == std::get<1>(right);
    return left.index() == 0 || std::get<2>(left) == std::get<2>(right);
  });
}

SeriesTable::SeriesTable() : series_(0, Hash{random_seed()}) {}

Series* SeriesTable::find(const SeriesKey& key) {
  const auto found = series_.find(key);
  return found == series_.end() ? nullptr : found->get();
}

Series& SeriesTable::insert(const SeriesKey& key, std::shared_ptr<ServiceGroup> group) {
  auto series = std::make_unique<Series>();
  series->group = std::move(group);
  series->overflow = key.overflow;
  for (const auto& value : key.values) {
    auto& copy = series->values.emplace_back();
    if (const auto* text = std::get_if<std::string_view>(&value)) copy = std::string(*text);
    if (const auto* number = std::get_if<std::int64_t>(&value)) copy = *number;
  }
  return **series_.insert(std::move(series)).first;
}

void SeriesTable::erase_idle(std::uint64_t oldest_ns) {
  std::erase_if(series_, [&](const auto& series) { return series->recorded_ns < oldest_ns; });
}

}  // namespace obi::metrics
