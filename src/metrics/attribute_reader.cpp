// SPDX-License-Identifier: Apache-2.0
#include "metrics/attribute_reader.hpp"

#include "base/utf8.hpp"
#include "model/attributes.hpp"

namespace obi::metrics {
namespace {

const model::AttributeRow kUnknown;

}  // namespace

AttributeReader::AttributeReader(std::string_view name, const ReaderOptions& options)
    : name_(name), row_(model::find_attribute(name)), omits_absent_(!options.omitted_as_empty) {
  if (row_ == nullptr) row_ = &kUnknown;
  get_ = row_->metric != nullptr ? row_->metric : row_->get;
  omits_empty_ = omits_absent_ && row_->metric_omits_empty;
  is_ascii_ = row_->is_ascii;
}

AttributeView AttributeReader::read(const model::Service& service, base::Arena& scratch) const {
  const AttributeView value = model::read_of_service(*row_, service, scratch);
  if (const auto* text = std::get_if<std::string_view>(&value))
    return base::without_invalid_utf8(*text, scratch);
  if (std::holds_alternative<std::monostate>(value) && !omits_absent_) return std::string_view();
  return value;
}

void AttributeReader::read(const model::AttributeSource& from, ValueBytes& values) const {
  const AttributeView value = get_(from);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (text->empty()) return omits_empty_ ? values.add_nothing() : values.add(*text);
    return values.add(is_ascii_ ? *text : base::without_invalid_utf8(*text, from.scratch));
  }
  if (const auto* number = std::get_if<std::int64_t>(&value)) return values.add(*number);
  omits_absent_ ? values.add_nothing() : values.add(std::string_view());
}

}  // namespace obi::metrics
