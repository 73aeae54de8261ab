// SPDX-License-Identifier: Apache-2.0
#include "protocol/sql/prepared.hpp"

#include <algorithm>

#include "protocol/span_text.hpp"

namespace obi::protocol::sql {
namespace {

constexpr std::size_t kAgesWithoutEntry = 32;  // before ages_ is tidied up

}  // namespace

PreparedStatement::PreparedStatement(std::string_view text, Dialect dialect)
    : text_(text.substr(0, kMaxSpanText)), dialect_(dialect) {}

Statement PreparedStatement::statement(base::Arena& arena) {
  if (!is_analysed_) {
    is_analysed_ = true;
    const Statement found = analyse(text_, dialect_, arena);
    text_.clear();
    text_.shrink_to_fit();
    text_.reserve(found.operation.size() + found.table.size() + found.summary.size() +
                  found.text.size());
    std::size_t i = 0;
    for (const std::string_view part : {found.operation, found.table, found.summary}) {
      text_ += part.substr(0, kMaxSpanText);
      ends_[i++] = static_cast<std::uint16_t>(text_.size());
    }
    text_ += found.text;
    return found;
  }
  const std::string_view all = arena.copy(text_);
  return {.operation = all.substr(0, ends_[0]),
          .table = all.substr(ends_[0], ends_[1] - ends_[0]),
          .text = all.substr(ends_[2]),
          .summary = all.substr(ends_[1], ends_[2] - ends_[1])};
}

void PreparedStatements::remember(std::uint32_t handle,
                                  std::shared_ptr<PreparedStatement> statement) {
  forget(handle);
  const std::size_t bytes = statement->held_bytes();
  while (!by_handle_.empty() &&
         (by_handle_.size() >= max_statements_ || text_bytes_ + bytes > kMaxTextBytes)) {
    forget_oldest();
  }
  if (max_statements_ == 0) return;
  text_bytes_ += bytes;
  ages_.emplace_back(next_age_, handle);
  by_handle_.emplace(handle,
                     Entry{.statement = std::move(statement), .age = next_age_++, .bytes = bytes});
}

std::shared_ptr<PreparedStatement> PreparedStatements::find(std::uint32_t handle) const {
  const auto found = by_handle_.find(handle);
  return found == by_handle_.end() ? nullptr : found->second.statement;
}

void PreparedStatements::forget(std::uint32_t handle) {
  const auto found = by_handle_.find(handle);
  if (found == by_handle_.end()) return;
  text_bytes_ -= found->second.bytes;
  by_handle_.erase(found);
  if (ages_.size() > 2 * by_handle_.size() + kAgesWithoutEntry) drop_stale_ages();
}

void PreparedStatements::forget_oldest() {
  while (first_age_ < ages_.size()) {
    const auto [age, handle] = ages_[first_age_++];
    const auto found = by_handle_.find(handle);
    if (found == by_handle_.end() || found->second.age != age) continue;
    return forget(handle);
  }
}

void PreparedStatements::drop_stale_ages() {
  const auto is_stale = [this](const std::pair<std::uint64_t, std::uint32_t>& one) {
    const auto found = by_handle_.find(one.second);
    return found == by_handle_.end() || found->second.age != one.first;
  };
  std::erase_if(ages_, is_stale);
  first_age_ = 0;
}

void PreparedStatements::clear() {
  by_handle_.clear();
  ages_.clear();
  first_age_ = 0;
  text_bytes_ = 0;
}

std::size_t PreparedStatements::held_bytes() const {
  return text_bytes_ + by_handle_.capacity() * (sizeof(std::pair<std::uint32_t, Entry>) + 1) +
         ages_.capacity() * sizeof(ages_[0]);
}

}  // namespace obi::protocol::sql
