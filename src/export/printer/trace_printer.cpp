// SPDX-License-Identifier: Apache-2.0
#include "export/printer/trace_printer.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace obi::exporting {

void TracePrinter::consume(const model::BatchRef& batch) {
  const std::size_t count = batch->spans.size();
  consumed_.fetch_add(count, std::memory_order_relaxed);
  if (count == 0) return;
  text_.clear();
  if (torn_) text_ += '\n';
  scratch_.reset();
  switch (options_.form) {
    case PrintForm::kCounter: return;
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
  if (!write_out()) dropped_.fetch_add(count, std::memory_order_release);
}

bool TracePrinter::write_out() {
  std::string_view rest = text_;
  while (!rest.empty()) {
    const ssize_t written = write(options_.fd, rest.data(), rest.size());
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || (errno != EINTR && !(errno == EAGAIN && waited()))) {
      break;
    }
  }
  const std::size_t done = text_.size() - rest.size();
  if (done > 0) torn_ = text_[done - 1] != '\n';
  return rest.empty();
}

// Until there is room again; false if that takes too long.
bool TracePrinter::waited() const {
  pollfd ready{.fd = options_.fd, .events = POLLOUT, .revents = 0};
  return poll(&ready, 1, static_cast<int>(options_.patience.count())) != 0;
}

void TracePrinter::shutdown(std::chrono::steady_clock::time_point) {
  if (options_.form != PrintForm::kCounter) return;
  text_ = fmt::format("Processed {} requests\n", consumed_.load(std::memory_order_relaxed));
  write_out();
}

Exporter::Counts TracePrinter::counts() const {
  Counts counts;
  counts.dropped = dropped_.load(std::memory_order_acquire);  // first: never more than consumed
  counts.consumed = consumed_.load(std::memory_order_relaxed);
  counts.exported = counts.consumed - counts.dropped;
  return counts;
}

}  // namespace obi::exporting
