// SPDX-License-Identifier: Apache-2.0
// Recordings: the raw records of a run in a file, so that the same pipeline can run from it again,
// without root or BPF and with the same result. Layout: `RecordingHeader`, then the records one
// after another, each starting with its obi_event_header (bpf/shared/event.h), padded to 8 bytes.
// Host byte order. Records of type OBI_EVENT_SERVICE, which only recordings have, say which service
// a process is, as JSON. Not thread-safe: one recorder, one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/service.hpp"

namespace obi::capture {

struct RecordingHeader {
  std::uint64_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t pad = 0;
  std::int64_t wall_offset_ns = 0;  ///< ns since the epoch − CLOCK_MONOTONIC, when it was recorded
};

struct RecorderOptions {
  std::string path;
  bool redact = false;  ///< hide what may be secret: header values, queries, bodies (see
                        ///< redaction.hpp), and the host's facts
};

class Recorder {
 public:
  static base::Result<std::unique_ptr<Recorder>> open(const RecorderOptions& options,
                                                      std::int64_t wall_offset_ns);
  /// Malformed records are written as they are. A write error is kept and returned by `close`.
  void write(std::span<const std::byte> record);
  void write_service(std::uint32_t pid, const model::Service& service);
  base::Result<void> close();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  Recorder(std::FILE* file, RecorderOptions options) : file_(file), options_(std::move(options)) {}
  void put(std::span<const std::byte> bytes);
  std::unique_ptr<std::FILE, CloseFile> file_;
  RecorderOptions options_;
  std::vector<std::byte> copy_;  // of the record being redacted
  int error_ = 0;
};

/// A recording, read whole: views into it stay valid as long as it lives.
class Recording {
 public:
  /// Refuses files that aren't recordings or of another version. A cut last record is left out.
  static base::Result<Recording> open(const std::string& path);
  [[nodiscard]] std::int64_t wall_offset_ns() const { return header_.wall_offset_ns; }
  /// All records in the order in which they were written.
  void replay(const std::function<void(std::span<const std::byte>)>& consume) const;
  [[nodiscard]] std::size_t size_bytes() const { return bytes_.size(); }

 private:
  RecordingHeader header_;
  std::vector<std::byte> bytes_;
};

/// The service of an OBI_EVENT_SERVICE record; nullopt if the text is not what `write_service`
/// writes.
std::optional<model::Service> read_service(std::string_view json);

}  // namespace obi::capture
