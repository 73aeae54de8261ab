// SPDX-License-Identifier: Apache-2.0
#include "export/printer/trace_printer.hpp"

#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace obi::exporting {

TracePrinter::TracePrinter(TracePrinterOptions options) : options_(options) {
  struct stat file{};
  is_file_ = ::fstat(options_.fd, &file) == 0 && S_ISREG(file.st_mode);
}

void TracePrinter::consume(const model::BatchRef& batch) {
  const std::size_t count = batch->spans.size();
  consumed_.fetch_add(count, std::memory_order_relaxed);
  if (count == 0) return;
  text_.clear();
  if (torn_) text_ += '\n';
  scratch_.reset();
  switch (options_.form) {
    case PrintForm::kCounter: return;  // held until their number is printed
    case PrintForm::kText:
      for (const model::Span& span : batch->spans) {
        append_text(text_, span, batch->wall_offset_ns, scratch_);
        text_ += '\n';
      }
      break;
    case PrintForm::kJson:
    case PrintForm::kJsonIndent:
      append_json(text_, *batch, options_.form == PrintForm::kJsonIndent, scratch_);
      text_ += '\n';
      break;
  }
  const bool was_torn = torn_;
  const std::size_t written = write_out();
  if (written < text_.size()) {
    dropped_.fetch_add(count - spans_in(std::string_view(text_).substr(0, written), was_torn),
                       std::memory_order_relaxed);
  }
  done_.fetch_add(count, std::memory_order_release);
}

// Each line of the text form is a span; the array of the JSON forms is nothing before its end.
std::size_t TracePrinter::spans_in(std::string_view text, bool was_torn) const {
  if (options_.form != PrintForm::kText) return 0;
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n'));
  return lines - (was_torn && lines > 0 ? 1 : 0);
}

// A pipe or terminal that blocks has room for PIPE_BUF bytes once poll says so; more would hold the
// thread for as long as the reader stands still.
std::size_t TracePrinter::write_out() {
  std::string_view rest = text_;
  while (!rest.empty()) {
    if (!is_file_ && !has_room()) break;
    const std::size_t size = is_file_ ? rest.size() : std::min<std::size_t>(rest.size(), PIPE_BUF);
    const ssize_t written = write(options_.fd, rest.data(), size);
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
      break;
    }
  }
  const std::size_t done = text_.size() - rest.size();
  if (done > 0) torn_ = text_[done - 1] != '\n';
  return done;
}

// A reader that stood still for that long is not waited for again before it reads.
bool TracePrinter::has_room() {
  pollfd ready{.fd = options_.fd, .events = POLLOUT, .revents = 0};
  const int patience = is_stuck_ ? 0 : static_cast<int>(options_.patience.count());
  is_stuck_ = poll(&ready, 1, patience) == 0;
  return !is_stuck_;
}

void TracePrinter::shutdown(std::chrono::steady_clock::time_point) {
  if (options_.form != PrintForm::kCounter) return;
  const std::uint64_t count = consumed_.load(std::memory_order_relaxed);
  text_ = fmt::format("Processed {} requests\n", count);
  if (write_out() < text_.size()) dropped_.store(count, std::memory_order_relaxed);
  done_.store(count, std::memory_order_release);
}

Exporter::Counts TracePrinter::counts() const {
  Counts counts;
  const std::uint64_t done = done_.load(std::memory_order_acquire);  // first: never the most
  counts.dropped = std::min(done, dropped_.load(std::memory_order_relaxed));
  counts.exported = done - counts.dropped;
  counts.consumed = consumed_.load(std::memory_order_relaxed);
  return counts;
}

}  // namespace obi::exporting
