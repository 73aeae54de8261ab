// SPDX-License-Identifier: Apache-2.0
#include "metrics/series_table.hpp"

#include <random>
#include <utility>

#include "base/word.hpp"

namespace obi::metrics {
namespace {

using base::word_at;

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

/// Every byte of `text`, of which there are at most eight; some twice. Texts of one size only are
/// distinguished.
std::uint64_t word_of(std::string_view text) {
  const std::size_t size = text.size();
  if (size >= 4)
    return std::uint64_t{word_at<std::uint32_t>(text, 0)} << 32 |
           word_at<std::uint32_t>(text, size - 4);
  if (size >= 2)
    return word_at<std::uint16_t>(text, 0) << 16 | word_at<std::uint16_t>(text, size - 2);
  return size == 0 ? 0 : word_at<std::uint8_t>(text, 0);
}

std::uint64_t mix(std::uint64_t state, std::string_view text) {
  state ^= text.size();
  for (; text.size() > sizeof(std::uint64_t); text.remove_prefix(sizeof(std::uint64_t))) {
    state = mix(state, word_at<std::uint64_t>(text, 0));
  }
  return mix(state, word_of(text));
}

std::uint64_t mix_all(std::uint64_t state, const std::vector<SeriesValue>& values) {
  for (const auto& value : values) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      state = mix(state, static_cast<std::uint64_t>(*number));
    } else if (const auto* text = std::get_if<std::string>(&value)) {
      state = mix(state, *text);
    } else {
      state = mix(state, 0);
    }
  }
  return state;
}

std::uint64_t mix_head(std::uint64_t seed, const void* group, std::uint64_t service,
                       bool overflow) {
  return mix(seed ^ service, reinterpret_cast<std::uintptr_t>(group) + (overflow ? 1 : 0));
}

}  // namespace

std::size_t Series::held_bytes() const {
  // What the allocator adds to each of about five blocks, and what the tables hold for a series.
  constexpr std::size_t kOverhead = 5 * 16 + 3 * sizeof(void*);
  std::size_t bytes = sizeof(Series) + kOverhead + span_values.capacity();
  for (const auto& value : service_values) {
    bytes += sizeof value;
    if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
  }
  for (const auto* all : {&instruments, &earlier}) {
    bytes += all->capacity() * sizeof(Instrument);
    for (const Instrument& instrument : *all) bytes += instrument.held_bytes();
  }
  return bytes;
}

std::size_t SeriesTable::Hash::operator()(const SeriesKey& key) const {
  const std::uint64_t service = key.service == nullptr ? 0 : key.service->hash;
  return mix(mix_head(seed, key.group, service, key.overflow), key.span_values);
}

std::size_t SeriesTable::Hash::operator()(const Series* series) const {
  return mix(mix_head(seed, series->key_group(), series->service_hash, series->overflow),
             series->span_values);
}

bool SeriesTable::Equal::operator()(const Series* series, const SeriesKey& key) const {
  if (key.group != series->key_group() || key.overflow != series->overflow) return false;
  if (key.span_values != series->span_values) return false;
  return key.service == nullptr || key.service->id == series->service_id ||
         key.service->values == series->service_values;
}

SeriesTable::SeriesTable() : series_(0, Hash{random_seed()}) {}

ServiceKey SeriesTable::service_key(std::vector<SeriesValue> values) {
  const std::uint64_t hash = mix_all(series_.hash_function().seed, values);
  return {.values = std::move(values), .hash = hash, .id = ++last_service_id_};
}

Series* SeriesTable::find(const SeriesKey& key) {
  const auto found = series_.find(key);
  if (found == series_.end()) return nullptr;
  if (key.service != nullptr) (*found)->service_id = key.service->id;
  return *found;
}

Series& SeriesTable::insert(const SeriesKey& key, std::shared_ptr<ServiceGroup> group) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot] = std::make_unique<Series>();
  Series& series = *slots_[slot];
  series.by_service = key.group != nullptr;
  series.group = std::move(group);
  series.overflow = key.overflow;
  series.slot = slot;
  series.id = ++last_series_id_;
  if (key.service != nullptr) {
    series.service_values = key.service->values;
    series.service_hash = key.service->hash;
    series.service_id = key.service->id;
  }
  series.span_values = key.span_values;
  series_.insert(&series);
  return series;
}

void SeriesTable::erase(Series& series) {
  const std::uint32_t slot = series.slot;
  series_.erase(&series);
  slots_[slot].reset();
  free_slots_.push_back(slot);
}

}  // namespace obi::metrics
