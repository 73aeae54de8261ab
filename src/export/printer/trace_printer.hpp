// SPDX-License-Identifier: Apache-2.0
// Prints spans on standard output: as lines for people, as JSON for programs, or only their number
// at the end. Unlike OBI, whose text form prints date digits behind the seconds, this prints the
// real fraction in microseconds.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "export/exporter.hpp"

namespace obi::exporting {

enum class PrintForm : std::uint8_t { kText, kJson, kJsonIndent, kCounter };

struct TracePrinterOptions {
  PrintForm form = PrintForm::kText;
  int fd = 1;  ///< stays the caller's
  /// How long a full pipe or terminal may hold up the exporter's thread, once.
  std::chrono::milliseconds patience = std::chrono::seconds(1);
};

class TracePrinter final : public Exporter {
 public:
  explicit TracePrinter(TracePrinterOptions options);

  [[nodiscard]] std::string_view name() const override { return "printer"; }
  /// What a reader that went away, or is too slow, didn't get counts as dropped: in the text form
  /// the lines that were not written, in the JSON forms the batch. SIGPIPE must be ignored.
  void consume(const model::BatchRef& batch) override;
  void shutdown(std::chrono::steady_clock::time_point deadline) override;
  [[nodiscard]] Counts counts() const override;

 private:
  /// How many bytes of text_ were written.
  std::size_t write_out();
  [[nodiscard]] bool has_room();
  [[nodiscard]] std::size_t spans_in(std::string_view text, bool was_torn) const;
  TracePrinterOptions options_;
  std::string text_;   // of the batch, used again
  bool torn_ = false;  // the last write ended within a line
  bool is_file_ = false;
  bool is_stuck_ = false;  // there was no room for as long as `patience`
  base::Arena scratch_;
  std::atomic<std::uint64_t> consumed_{0};
  std::atomic<std::uint64_t> done_{0};  // of consumed_: written or dropped
  std::atomic<std::uint64_t> dropped_{0};
};

/// Appends the line of one span, without line end.
void append_text(std::string& out, const model::Span& span, std::int64_t wall_offset_ns,
                 base::Arena& scratch);
/// Appends a JSON array of the batch; `indent` puts every value on a line of its own.
void append_json(std::string& out, const model::SpanBatch& batch, bool indent,
                 base::Arena& scratch);
/// Go's notation: "5.213ms", "812µs", "1m2.5s", "0s".
void append_duration(std::string& out, std::uint64_t ns);

}  // namespace obi::exporting
