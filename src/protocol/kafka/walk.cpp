// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/walk.hpp"

#include <algorithm>

namespace obi::protocol::kafka {
namespace {

// Fields that say nothing are passed at once, up to so many bytes: a message may claim any number.
constexpr std::uint64_t kMaxAhead = 4096;

// A signed integer; the schemas have none of other sizes.
std::int64_t read_number(base::ByteCursor& cursor, std::uint8_t bytes) {
  switch (bytes) {
    case 1: return cursor.i8();
    case 2: return cursor.big<std::int16_t>();
    case 4: return cursor.big<std::int32_t>();
    default: return cursor.big<std::int64_t>();
  }
}

}  // namespace

void Walk::begin(const Schema* schema, std::int16_t version, std::uint64_t bytes) {
  schema_ = schema;
  version_ = version;
  at_ = 0;
  left_ = bytes;
  skip_ = tags_left_ = record_bytes_ = 0;
  depth_ = cut_size_ = 0;
  state_ = schema == nullptr ? State::kDone : State::kGoing;
  if (schema == nullptr) return;
  flexible_ = version >= schema->flexible_from;
  settle();
}

void Walk::feed(std::span<const std::byte> bytes, FieldSink& sink) {
  while (!bytes.empty() && state_ == State::kGoing) {
    if (skip_ > 0 && record_bytes_ == 0) {
      const auto skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
      skip_ -= skipped;
      bytes = bytes.subspan(skipped);
    } else if (left_ > 0 && bytes.front() == std::byte{0} && is_at_count_of_tags()) {
      // No tags, as nearly everywhere.
      --left_;
      ++at_;
      bytes = bytes.subspan(1);
      settle();
    } else if (const auto used = cut_size_ == 0 ? step(bytes, sink) : std::nullopt) {
      bytes = bytes.subspan(*used);
    } else if (state_ == State::kGoing) {
      bytes = bytes.subspan(take_cut(bytes, sink));
    }
  }
}

void Walk::miss(std::uint64_t bytes, FieldSink& sink) {
  if (state_ != State::kGoing || bytes == 0) return;
  if (record_bytes_ > 0) {
    skip_ -= cut_size_;
    cut_size_ = 0;
    report_records({}, sink);
  }
  if (state_ != State::kGoing) return;
  if (cut_size_ > 0 || bytes > skip_) {
    state_ = State::kCut;
  } else {
    skip_ -= bytes;
  }
}

// A field that is cut: reads it with what is kept of it, if that is enough; returns how many of the
// bytes were used.
std::size_t Walk::take_cut(std::span<const std::byte> bytes, FieldSink& sink) {
  const std::size_t before = cut_size_;
  const std::size_t more = std::min(bytes.size(), cut_.size() - before);
  std::ranges::copy(bytes.first(more), cut_.begin() + static_cast<std::ptrdiff_t>(before));
  if (before > 0) {
    if (const auto used = step(std::span(cut_).first(before + more), sink)) {
      cut_size_ = 0;
      return *used - std::min(*used, before);
    }
  }
  cut_size_ = before + more;
  if (cut_size_ == cut_.size()) state_ = State::kBad;  // no field that matters is so long
  return more;
}

// Returns the bytes that the field takes up here; nullopt if it isn't whole yet, or is bad.
std::optional<std::size_t> Walk::step(std::span<const std::byte> bytes, FieldSink& sink) {
  if (record_bytes_ > 0) {
    base::ByteCursor cursor(bytes);
    const std::string_view first = cursor.text(kOffsetBytes);
    if (!cursor.ok()) return std::nullopt;
    skip_ -= kOffsetBytes;
    report_records(first, sink);
    return kOffsetBytes;
  }
  bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_)));
  base::ByteCursor cursor(bytes);
  const bool good = read(schema_->fields[at_], cursor, sink);
  if (!cursor.ok()) {
    if (bytes.size() == left_) state_ = State::kBad;  // the message ends within the field
    return std::nullopt;
  }
  const std::size_t used = bytes.size() - cursor.left();
  if (!good || skip_ > left_ - used) {
    state_ = State::kBad;
    return std::nullopt;
  }
  left_ -= used + skip_;
  settle();
  return used;
}

// False: no such field. Where the cursor fails nothing has been reported or changed.
bool Walk::read(const Field& field, base::ByteCursor& cursor, FieldSink& sink) {
  switch (field.kind) {
    case Kind::kFixed:
      do {
        if (has(schema_->fields[at_])) skip_ += schema_->fields[at_].bytes;
        ++at_;
      } while (at_ < schema_->fields.size() && schema_->fields[at_].kind == Kind::kFixed);
      return true;
    case Kind::kNumber: {
      const std::int64_t number = read_number(cursor, field.bytes);
      if (!cursor.ok()) return false;
      ++at_;
      sink.on_field(field.role, number, {});
      return true;
    }
    case Kind::kUuid: {
      const std::string_view id = cursor.text(16);
      if (!cursor.ok()) return false;
      ++at_;
      if (field.role != Role::kNone) sink.on_field(field.role, 0, id);
      return true;
    }
    case Kind::kText:
    case Kind::kPlainText: return read_text(field, cursor, sink);
    case Kind::kBytes:
    case Kind::kNumbers: return read_bytes(field, cursor, sink);
    case Kind::kArray: return read_array(cursor);
    case Kind::kTags: return read_tags(cursor);
    case Kind::kEnd: break;  // settle() leaves none of them
  }
  return false;
}

// -1 for null; what is below is an error.
std::int64_t Walk::read_length(Kind kind, base::ByteCursor& cursor) const {
  if (flexible_ && kind != Kind::kPlainText) return static_cast<std::int64_t>(cursor.varint()) - 1;
  if (kind == Kind::kText || kind == Kind::kPlainText) return cursor.big<std::int16_t>();
  return cursor.big<std::int32_t>();
}

bool Walk::read_text(const Field& field, base::ByteCursor& cursor, FieldSink& sink) {
  const std::int64_t length = read_length(field.kind, cursor);
  if (!cursor.ok() || length < -1) return false;
  const std::size_t most = field.role == Role::kTopicName ? kMaxTopicName : kMaxClientId;
  if (field.role == Role::kTopicName && length > static_cast<std::int64_t>(most)) return false;
  if (field.role == Role::kNone || length < 0 || length > static_cast<std::int64_t>(most)) {
    skip_ = length < 0 ? 0 : static_cast<std::uint64_t>(length);
    ++at_;
    return true;
  }
  const std::string_view text = cursor.text(static_cast<std::size_t>(length));
  if (!cursor.ok()) return false;
  ++at_;
  sink.on_field(field.role, 0, text);
  return true;
}

bool Walk::read_bytes(const Field& field, base::ByteCursor& cursor, FieldSink& sink) {
  const std::int64_t length = read_length(field.kind, cursor);
  if (!cursor.ok() || length < -1) return false;
  const std::uint64_t each = field.kind == Kind::kNumbers ? 4 : 1;
  skip_ = length < 0 ? 0 : static_cast<std::uint64_t>(length) * each;
  if (field.role == Role::kRecords && length >= static_cast<std::int64_t>(kOffsetBytes)) {
    record_bytes_ = skip_;
    return true;
  }
  ++at_;
  if (field.role == Role::kRecords && length > 0) sink.on_field(field.role, length, {});
  return true;
}

bool Walk::read_array(base::ByteCursor& cursor) {
  const std::int64_t count = read_length(Kind::kArray, cursor);
  if (!cursor.ok() || count < -1) return false;
  // Every element takes up a byte at least.
  if (count > static_cast<std::int64_t>(left_)) return false;
  if (count > 0) {
    if (depth_ == kMaxDepth) return false;
    levels_[depth_++] = {.array = at_++, .left = static_cast<std::uint64_t>(count)};
    return true;
  }
  pass_field();
  return true;
}

bool Walk::read_tags(base::ByteCursor& cursor) {
  if (tags_left_ == 0) {
    const std::uint64_t count = cursor.varint();
    if (!cursor.ok()) return false;
    tags_left_ = count;
    if (count == 0) ++at_;
    return count <= left_;
  }
  cursor.varint();
  const std::uint64_t size = cursor.varint();
  if (!cursor.ok()) return false;
  skip_ = size;
  if (--tags_left_ == 0) ++at_;
  return true;
}

void Walk::report_records(std::string_view first_bytes, FieldSink& sink) {
  const auto bytes = static_cast<std::int64_t>(record_bytes_);
  record_bytes_ = 0;
  ++at_;
  sink.on_field(Role::kRecords, bytes, first_bytes);
  settle();
}

// Whether the version has the field.
bool Walk::has(const Field& field) const {
  return field.kind == Kind::kTags ? flexible_ : version_ >= field.from && version_ <= field.to;
}

bool Walk::is_at_count_of_tags() const {
  return cut_size_ == 0 && tags_left_ == 0 && record_bytes_ == 0 &&
         schema_->fields[at_].kind == Kind::kTags;
}

// An array with all that its elements have.
void Walk::pass_field() {
  int inner = 0;
  do {
    const Kind kind = schema_->fields[at_++].kind;
    inner += kind == Kind::kArray ? 1 : kind == Kind::kEnd ? -1 : 0;
  } while (inner > 0);
}

// Goes on to the next field that has bytes in this version.
void Walk::settle() {
  while (at_ < schema_->fields.size()) {
    const Field& field = schema_->fields[at_];
    if (field.kind == Kind::kEnd) {
      Level& level = levels_[depth_ - 1];
      if (--level.left > 0) {
        at_ = level.array + 1;
      } else {
        --depth_;
        ++at_;
      }
    } else if (!has(field)) {
      pass_field();
    } else if (field.kind == Kind::kFixed && skip_ < kMaxAhead) {
      if (field.bytes > left_) {
        state_ = State::kBad;
        return;
      }
      left_ -= field.bytes;
      skip_ += field.bytes;
      ++at_;
    } else {
      if (left_ == 0 && skip_ == 0 && record_bytes_ == 0) state_ = State::kBad;
      return;
    }
  }
  state_ = left_ == 0 ? State::kDone : State::kBad;
}

}  // namespace obi::protocol::kafka
