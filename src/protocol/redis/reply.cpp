// SPDX-License-Identifier: Apache-2.0
#include "protocol/redis/reply.hpp"

#include <charconv>

namespace obi::protocol::redis {
namespace {

using Kind = Element::Kind;

// The longest first word of an aggregate that means something here: "punsubscribe".
constexpr std::size_t kMaxWord = 12;

bool opens(const Element& element) {
  return element.is_streamed || (element.kind == Kind::kAggregate && element.members > 0);
}

}  // namespace

bool ReplyReader::accepts(const Element& element) const {
  const Level* top = depth_ == 0 ? nullptr : &levels_[depth_ - 1];
  const bool in_string = top != nullptr && top->type == '$';
  if (element.type == ';' || in_string) return element.type == ';' && in_string;
  if (element.kind == Kind::kEnd) return top != nullptr && top->is_streamed;
  if (element.type == '>' && (depth_ > 0 || is_in_reply())) return false;
  return !opens(element) || depth_ < kMaxDepth;
}

void ReplyReader::reset() {
  done_ = true;
  depth_ = attributes_ = 0;
}

bool ReplyReader::take(const Element& element) {
  if (done_) {
    done_ = false;
    reply_.type = 0;
    reply_.size = 0;
  }
  reply_.size += element.size;
  const bool is_attribute = element.type == '|';
  if (attributes_ == 0 && !is_attribute) keep(element);
  if (opens(element)) {
    levels_[depth_++] = {
        .left = element.members, .type = element.type, .is_streamed = element.is_streamed};
    if (attributes_ > 0 || is_attribute) ++attributes_;
    return false;
  }
  const bool is_part = element.type == ';' && element.kind == Kind::kString;
  if (is_attribute || is_part) return false;  // an attribute without members
  if (element.kind == Kind::kEnd) {
    const bool was_attribute = levels_[--depth_].type == '|';
    if (attributes_ > 0) --attributes_;
    if (was_attribute) return false;
  }
  return end_element();
}

// An element is complete, and with it perhaps those that it ends.
bool ReplyReader::end_element() {
  while (depth_ > 0) {
    Level& top = levels_[depth_ - 1];
    if (top.is_streamed || --top.left > 0) return false;
    --depth_;
    if (attributes_ > 0) --attributes_;
    if (top.type == '|') return false;
  }
  done_ = true;
  return true;
}

void ReplyReader::keep(const Element& element) {
  if (reply_.type == 0) {
    reply_.type = element.type;
    reply_.is_null = element.is_null;
    reply_.members = element.members;
    reply_.second_is_null = reply_.third_is_number = false;
    reply_.text.clear();
    if (element.kind == Kind::kLine || element.type == '!')
      reply_.text.assign(element.text.substr(0, kMaxText));
    seen_ = 0;
    return;
  }
  if (depth_ != 1 || seen_ > 2) return;
  if (seen_ == 0 && element.text.size() <= kMaxWord) reply_.text.assign(element.text);
  if (seen_ == 1) reply_.second_is_null = element.is_null;
  if (seen_ == 2 && element.type == ':') {
    const char* const end = element.text.data() + element.text.size();
    reply_.third_is_number = std::from_chars(element.text.data(), end, reply_.third).ptr == end;
  }
  ++seen_;
}

}  // namespace obi::protocol::redis
