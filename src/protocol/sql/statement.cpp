// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/statement.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "protocol/span_text.hpp"
#include "protocol/sql/lexer.hpp"
#include "protocol/sql/query_text.hpp"
#include "protocol/sql/table_finder.hpp"

namespace obi::protocol::sql {
namespace {

constexpr std::size_t kMaxSummary = 255;
constexpr std::size_t kMaxTable = 1024;

// The pass over a text; what it found is in here, as it came.
class Analysis {
 public:
  Analysis(std::string_view text, Dialect dialect) : query_(dialect), finder_(dialect) {
    Lexer lexer(text, dialect);
    for (Token token = lexer.next(); token.kind != TokenKind::kEnd; token = lexer.next()) {
      query_.add(token);
      finder_.add(token);
    }
    finder_.end();
    if (finder_.operation() != Keyword::None && !finder_.tables().empty()) write_summary();
  }
  [[nodiscard]] std::string_view operation() const { return text_of(finder_.operation()); }
  [[nodiscard]] std::string_view text() { return query_.text(); }
  [[nodiscard]] std::string_view table() const {
    const auto tables = finder_.tables();
    if (tables.empty() || (finder_.operation() == Keyword::Select && tables.size() > 1)) return {};
    return tables.front();
  }
  [[nodiscard]] std::string_view summary() const { return {summary_.data(), summary_size_}; }

 private:
  void write_summary() {
    put(operation());
    for (const std::string_view table : finder_.tables()) {
      if (summary_size_ + 1 + table.size() > summary_.size()) break;
      put(" ");
      put(table);
    }
  }
  void put(std::string_view text) {
    std::memcpy(summary_.data() + summary_size_, text.data(), text.size());
    summary_size_ += text.size();
  }

  QueryText query_;
  TableFinder finder_;
  std::array<char, kMaxSummary> summary_;
  std::size_t summary_size_ = 0;
};

}  // namespace

Statement analyse(std::string_view text, Dialect dialect, base::Arena& arena) {
  Analysis analysis(text, dialect);
  return {.operation = analysis.operation(),
          .table = clean_copy(analysis.table(), arena),
          .text = clean_copy(analysis.text(), arena),
          .summary = clean_copy(analysis.summary(), arena)};
}

void KeptStatement::set(std::string_view text, Dialect dialect) {
  Analysis analysis(text, dialect);
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
