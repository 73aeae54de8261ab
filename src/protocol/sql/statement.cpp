// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement.hpp"

#include "protocol/span_text.hpp"
#include "protocol/sql/analysis.hpp"

namespace obi::protocol::sql {
namespace {

constexpr std::size_t kMaxTable = 1024;

}  // namespace

Statement analyse(std::string_view text, Dialect dialect, base::Arena& arena) {
  const Analysis analysis(text, dialect);
  // What was found in a clean text is clean, and no longer than a span's may be.
  const bool is_clean = text.size() <= kMaxSpanText && is_printable_ascii(text);
  const auto copy = [&](std::string_view found) {
    return is_clean ? arena.copy(found) : clean_copy(found, arena);
  };
  return {.operation = analysis.operation(),
          .table = copy(analysis.table()),
          .text = copy(analysis.text()),
          .summary = copy(analysis.summary()),
          .charset = analysis.charset()};
}

void KeptStatement::set(std::string_view text, Dialect dialect) { keep({text, dialect}); }

void KeptStatement::keep(const Analysis& analysis) {
  operation_ = analysis.operation();
  texts_.clear();
  append_clean(texts_, analysis.table().substr(0, kMaxTable));
  table_size_ = static_cast<std::uint16_t>(texts_.size());
  append_clean(texts_, analysis.text());
  text_size_ = static_cast<std::uint16_t>(texts_.size() - table_size_);
  append_clean(texts_, analysis.summary());
}

void KeptStatement::clear() {
  operation_ = {};
  texts_.clear();
  table_size_ = text_size_ = 0;
}

Statement KeptStatement::view() const {
  const std::string_view all = texts_;
  return {.operation = operation_,
          .table = all.substr(0, table_size_),
          .text = all.substr(table_size_, text_size_),
          .summary = all.substr(std::size_t{table_size_} + text_size_)};
}

Statement KeptStatement::copy(base::Arena& arena) const {
  const std::string_view all = arena.copy(texts_);
  return {.operation = operation_,
          .table = all.substr(0, table_size_),
          .text = all.substr(table_size_, text_size_),
          .summary = all.substr(std::size_t{table_size_} + text_size_)};
}

}  // namespace obi::protocol::sql
