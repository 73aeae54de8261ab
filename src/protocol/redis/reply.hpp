// SPDX-License-Identifier: Apache-2.0
// Puts a server's elements together into replies: follows nested aggregates, attributes (which are
// distinguished from the reply that they precede), pushes and what is streamed in parts. Of a reply
// only its type and its first words are kept, so that no value is. Memory is fixed; what nests more
// deeply than kMaxDepth is refused.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/redis/element.hpp"

namespace obi::protocol::redis {

/// What is known of the reply under way, or just complete.
struct Reply {
  char type = 0;                 ///< of its first element; 0: none has begun
  bool is_null = false;          ///< nil
  std::uint64_t members = 0;     ///< announced by its header; 0 for a string or line
  std::uint64_t size = 0;        ///< bytes so far, attributes included
  std::string text;              ///< its line, error, or an aggregate's first word
  bool second_is_null = false;   ///< the aggregate's second member is nil
  bool third_is_number = false;  ///< … its third is an integer
  std::uint64_t third = 0;

  [[nodiscard]] bool is_push() const { return type == '>'; }
  [[nodiscard]] bool is_error() const { return type == '-' || type == '!'; }
};

class ReplyReader {
 public:
  /// Nested elements that servers send: COMMAND DOCS reaches 12, a script's table what it likes.
  static constexpr std::size_t kMaxDepth = 32;
  /// Of lines and errors that is kept.
  static constexpr std::size_t kMaxText = 256;

  /// May this element come next?
  [[nodiscard]] bool accepts(const Element& element) const;
  /// Takes an element that is accepted. True: it was the last of reply(), which is valid until the
  /// next one is taken.
  bool take(const Element& element);
  [[nodiscard]] const Reply& reply() const { return reply_; }
  /// A reply has begun and not ended, and it is more than attributes.
  [[nodiscard]] bool is_in_reply() const { return !done_ && reply_.type != 0; }
  /// Forgets the reply under way.
  void reset();

 private:
  struct Level {
    std::uint64_t left = 0;  // members to come; 0 if streamed
    char type = 0;
    bool is_streamed = false;
  };
  bool end_element();
  void keep(const Element& element);

  Reply reply_;
  bool done_ = true;
  std::array<Level, kMaxDepth> levels_;
  std::size_t depth_ = 0;
  std::size_t attributes_ = 0;  // levels that belong to an attribute
  std::uint64_t seen_ = 0;      // members of the reply that have begun
};

}  // namespace obi::protocol::redis
