// SPDX-License-Identifier: Apache-2.0
// gzip (RFC 1952) of a text that comes in pieces; holds about 256 KiB. Not thread-safe.
#pragma once
#include <zlib.h>

#include <string>
#include <string_view>

namespace obi::exporting {

class GzipStream {
 public:
  GzipStream();
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Appends what is compressed so far, possibly nothing; with `is_last` all of it. False: zlib
  /// failed, for want of memory.
  bool add(std::string_view text, bool is_last, std::string& out);

 private:
  z_stream stream_{};
  bool is_open_ = false;
};

}  // namespace obi::exporting
