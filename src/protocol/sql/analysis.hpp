// SPDX-License-Identifier: Apache-2.0
// The pass over a statement that finds all that is reported of it. Its texts are as they came,
// without literals, and live as long as it does. Kilobytes: for the stack.
#pragma once
#include <array>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "protocol/sql/lexer.hpp"
#include "protocol/sql/query_text.hpp"
#include "protocol/sql/table_finder.hpp"

namespace obi::protocol::sql {

class Analysis {
 public:
  /// `on_keyword` is called with the keyword of each token, None too.
  template <typename F>
  Analysis(std::string_view text, Dialect dialect, F&& on_keyword)
      : query_(dialect), finder_(dialect) {
    Lexer lexer(text, dialect);
    Tokens tokens;
    while (true) {
      Token& token = tokens.add();
      lexer.next(token);
      if (token.kind == TokenKind::kEnd) break;
      query_.add(tokens, lexer);
      finder_.add(token);
      on_keyword(token.keyword);
    }
    finder_.end();
    text_ = query_.text(tokens.last());
    if (finder_.operation() != Keyword::None && !finder_.tables().empty()) write_summary();
  }
  Analysis(std::string_view text, Dialect dialect) : Analysis(text, dialect, [](Keyword) {}) {}
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  [[nodiscard]] Keyword verb() const { return finder_.operation(); }
  [[nodiscard]] std::string_view operation() const { return spelling_of(finder_.operation()); }
  [[nodiscard]] bool has_tables() const { return !finder_.tables().empty(); }
  [[nodiscard]] std::string_view text() const { return text_; }
  /// Empty also for a SELECT of several.
  [[nodiscard]] std::string_view table() const {
    const auto tables = finder_.tables();
    if (tables.empty() || (finder_.operation() == Keyword::Select && tables.size() > 1)) return {};
    return tables.front();
  }
  [[nodiscard]] std::optional<Charset> charset() const { return query_.settings().charset(); }
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

  static constexpr std::size_t kMaxSummary = 255;
  QueryText query_;
  TableFinder finder_;
  std::string_view text_;
  std::array<char, kMaxSummary> summary_;
  std::size_t summary_size_ = 0;
};

}  // namespace obi::protocol::sql
