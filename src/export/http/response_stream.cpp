// SPDX-License-Identifier: Apache-2.0
#include "export/http/response_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "base/release_memory.hpp"
#include "export/http/gzip_stream.hpp"

namespace obi::exporting {
namespace {

constexpr std::size_t kPiece = 16 * 1024;  // of a page that is compressed or chunked

std::string_view phrase_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 414: return "URI Too Long";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

std::string date_now() {  // RFC 9110, 5.6.7
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  gmtime_r(&now, &fields);
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[fields.tm_wday], fields.tm_mday,
                     kMonths[fields.tm_mon], fields.tm_year + 1900, fields.tm_hour, fields.tm_min,
                     fields.tm_sec);
}

}  // namespace

ResponseStream::ResponseStream(const RequestHead& request, std::vector<HttpPage> pages)
    : is_head_only_(request.method == Method::kHead),
      is_http11_(request.is_http11),
      keep_alive_(request.keep_alive),
      is_compressed_(request.accepts_gzip) {
  for (HttpPage& page : pages) {
    if (content_type_.empty()) content_type_ = page.content_type;
    status_ = std::max(status_, page.status);
    if (sources_.empty()) {
      body_ = body_.empty() ? std::move(page.body) : body_ + page.body;
    } else if (!page.body.empty()) {
      sources_.emplace_back([text = std::move(page.body)](std::string& out) {
        out += text;
        return false;
      });
    }
    if (page.more) sources_.push_back(std::move(page.more));
    if (page.on_sent && !is_head_only_) on_sent_.push_back(std::move(page.on_sent));
  }
  is_compressed_ = is_compressed_ && (!body_.empty() || !sources_.empty());
  if (!sources_.empty() && !is_http11_ && !is_head_only_) keep_alive_ = false;
}

ResponseStream::~ResponseStream() = default;
ResponseStream::ResponseStream(ResponseStream&&) noexcept = default;
ResponseStream& ResponseStream::operator=(ResponseStream&&) noexcept = default;

ResponseStream ResponseStream::error(const RequestHead& request, int status) {
  RequestHead plain = request;
  plain.accepts_gzip = false;
  if (status != 404 && status != 405) plain.keep_alive = false;
  const std::string text(phrase_of(status));
  std::vector<HttpPage> pages;
  pages.push_back({.status = status, .content_type = "text/plain", .body = text + "\n"});
  ResponseStream response(plain, std::move(pages));
  response.allows_ = status == 405;
  return response;
}

bool ResponseStream::fill(std::string& out, std::size_t size) {
  try {
    if (!is_head_made_) {
      if (is_compressed_) gzip_ = std::make_unique<GzipStream>();
      if (sources_.empty() && is_compressed_) {
        std::string compressed;
        if (!gzip_->add(body_, true, compressed)) return false;
        gzip_.reset();
        body_ = std::move(compressed);
      }
      make_head(out);
    }
    while (!is_whole_ && out.size() < size) {
      if (!next_piece(out)) return false;
    }
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void ResponseStream::make_head(std::string& out) {
  is_head_made_ = true;
  out += fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\n", status_,
                     phrase_of(status_), date_now(), content_type_);
  if (is_compressed_) out += "Content-Encoding: gzip\r\n";
  if (status_ == 200) out += "Vary: Accept-Encoding\r\n";
  if (allows_) out += "Allow: GET, HEAD\r\n";
  if (sources_.empty()) {
    out += fmt::format("Content-Length: {}\r\n", body_.size());
  } else if (is_http11_) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (!keep_alive_) {
    out += "Connection: close\r\n";
  } else if (!is_http11_) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!is_head_only_) return;
  is_whole_ = true;
  base::release_memory(body_);
  sources_.clear();
}

/// Of a page whose length is known: as it is. Else one chunk.
bool ResponseStream::next_piece(std::string& out) {
  if (gzip_ != nullptr || !sources_.empty()) return append_chunk(out);
  const std::size_t count = std::min(kPiece, body_.size() - sent_);
  out.append(body_, sent_, count);
  sent_ += count;
  is_whole_ = sent_ == body_.size();
  return true;
}

bool ResponseStream::append_chunk(std::string& out) {
  std::string text = std::exchange(body_, {});
  while (text.size() < kPiece && !sources_.empty()) {
    if (!sources_.front()(text)) sources_.erase(sources_.begin());
  }
  const bool is_last = sources_.empty();
  std::string coded;
  if (gzip_ != nullptr) {
    if (!gzip_->add(text, is_last, coded)) return false;
    if (is_last) gzip_.reset();
  } else {
    coded = std::move(text);
  }
  if (!is_http11_) {
    out += coded;
  } else if (!coded.empty()) {
    out += fmt::format("{:x}\r\n", coded.size());
    out += coded;
    out += "\r\n";
  }
  if (is_last && is_http11_) out += "0\r\n\r\n";
  is_whole_ = is_last;
  return true;
}

std::size_t ResponseStream::held_bytes() const {
  constexpr std::size_t kGzipState = 256 * 1024;
  return body_.capacity() + (gzip_ != nullptr ? kGzipState : 0);
}

void ResponseStream::report_sent() const {
  for (const auto& sent : on_sent_) sent();
}

}  // namespace obi::exporting
