// SPDX-License-Identifier: Apache-2.0
#include "export/http/gzip_stream.hpp"

namespace obi::exporting {

GzipStream::GzipStream() {
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kMemoryLevel = 8;
  is_open_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                          Z_DEFAULT_STRATEGY) == Z_OK;
}

GzipStream::~GzipStream() {
  if (is_open_) deflateEnd(&stream_);
}

bool GzipStream::add(std::string_view text, bool is_last, std::string& out) {
  if (!is_open_) return false;
  constexpr std::size_t kStep = 16 * 1024;
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream_.avail_in = static_cast<uInt>(text.size());
  while (true) {
    const std::size_t begin = out.size();
    out.resize(begin + kStep);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream_.avail_out = kStep;
    const int result = deflate(&stream_, is_last ? Z_FINISH : Z_NO_FLUSH);
    out.resize(begin + kStep - stream_.avail_out);
    if (result == Z_STREAM_END) return true;
    if (result != Z_OK && result != Z_BUF_ERROR) return false;
    if (!is_last && stream_.avail_in == 0 && stream_.avail_out > 0) return true;
  }
}

}  // namespace obi::exporting
