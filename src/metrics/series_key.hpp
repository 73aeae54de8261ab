// SPDX-License-Identifier: Apache-2.0
// What distinguishes the series of metrics that share their attributes: a part that is the same for
// every span of a service, worked out once per service, and a part that each span brings.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/attribute_row.hpp"

namespace obi::metrics {

struct ServiceGroup;

using model::AttributeView;

/// Its kept form.
using SeriesValue = std::variant<std::monostate, std::string, std::int64_t>;

SeriesValue kept(const AttributeView& value);

/// Values as bytes, one behind the other: equal bytes are equal values. So a series is hashed and
/// compared at one go.
class ValueBytes {
 public:
  void clear() { size_ = 0; }
  void add_nothing() { add_head(Kind::kNothing, 0, 0); }
  void add(std::int64_t number) { add_head(Kind::kNumber, static_cast<std::uint64_t>(number), 0); }
  void add(std::string_view text) {
    char* const memory = add_head(Kind::kText, text.size(), text.size());
    if (!text.empty()) std::memcpy(memory, text.data(), text.size());
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

  /// Takes the first value off bytes that were made here; its text is a part of them.
  static AttributeView take(std::string_view& bytes);

 private:
  enum class Kind : std::uint8_t { kNothing, kText, kNumber };
  // The kind, then the number or the size of the text that follows.
  static constexpr std::size_t kHeadSize = sizeof(Kind) + sizeof(std::uint64_t);

  // Returns where the text goes.
  char* add_head(Kind kind, std::uint64_t number, std::size_t text_size) {
    const std::size_t end = size_ + kHeadSize + text_size;
    if (bytes_.size() < end) bytes_.resize(2 * end);
    char* const at = bytes_.data() + size_;
    *at = static_cast<char>(kind);
    std::memcpy(at + sizeof kind, &number, sizeof number);
    size_ = end;
    return at + kHeadSize;
  }

  std::vector<char> bytes_;  // only the first size_ of them count
  std::size_t size_ = 0;
};

/// Made by the table in which it is looked up (SeriesTable::service_key).
struct ServiceKey {
  std::vector<SeriesValue> values;
  std::uint64_t hash = 0;
  std::uint64_t id = 0;  ///< never given twice, never 0: who has the same id has the same values
};

/// Views: valid only for the look-up.
struct SeriesKey {
  const ServiceGroup* group = nullptr;  ///< null: series are not kept apart by service
  const ServiceKey* service = nullptr;  ///< null with `overflow`, and where `group` says it all
  std::string_view span_values;         ///< ValueBytes
  bool overflow = false;                ///< the series of everything beyond a limit; has no values
};

}  // namespace obi::metrics
