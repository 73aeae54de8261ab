// SPDX-License-Identifier: Apache-2.0
// Writes the members of one JSON object, every value as text, as OBI prints spans. Internal to the
// printer.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "export/printer/escape.hpp"
#include "export/printer/trace_printer.hpp"

namespace obi::exporting {

/// Writes the members of one object.
class ObjectWriter {
 public:
  ObjectWriter(std::string& out, bool indent, int depth)
      : out_(out), indent_(indent), depth_(depth) {
    out_ += '{';
  }
  void member(std::string_view key, std::string_view value) {
    next(key);
    append_json_string(out_, value);
  }
  void number(std::string_view key, std::int64_t value) {
    next(key);
    fmt::format_to(std::back_inserter(out_), "\"{}\"", value);
  }
  void hex(std::string_view key, std::span<const std::uint8_t> bytes) {
    next(key);
    out_ += '"';
    append_hex(out_, bytes);
    out_ += '"';
  }
  void duration(std::string_view key, std::uint64_t ns) {
    next(key);
    out_ += '"';
    append_duration(out_, ns);
    out_ += '"';
  }
  void next(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    new_line(depth_ + 1);
    fmt::format_to(std::back_inserter(out_), "\"{}\":{}", key, indent_ ? " " : "");
  }
  void end() {
    new_line(depth_);
    out_ += '}';
  }
  void new_line(int depth) {
    if (!indent_) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(depth), ' ');
  }

 private:
  std::string& out_;
  bool indent_;
  int depth_;
  bool first_ = true;
};

}  // namespace obi::exporting
