// SPDX-License-Identifier: Apache-2.0
// One response as the bytes of HTTP/1.1, made a piece at a time: head, then the page as it is, in
// chunks or compressed. A page without `more` has a Content-Length; one with `more` is chunked, or
// ends with the connection for a client of HTTP/1.0. Belongs to one thread at a time.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "export/http/http_page.hpp"
#include "export/http/request_head.hpp"

namespace obi::exporting {

class GzipStream;

class ResponseStream {
 public:
  /// `pages` are joined in their order; the first says the content type, the worst the status.
  ResponseStream(const RequestHead& request, std::vector<HttpPage> pages);
  ~ResponseStream();
  ResponseStream(ResponseStream&&) noexcept;
  ResponseStream& operator=(ResponseStream&&) noexcept;

  /// A response without a page: an error, in words of our own. `allow`: with an Allow field.
  static ResponseStream error(const RequestHead& request, int status);

  /// Appends to `out` until it has about `size` bytes or the response is whole. False: the page
  /// failed after its head had been made; the connection must be closed.
  bool fill(std::string& out, std::size_t size);
  [[nodiscard]] bool is_whole() const { return is_whole_; }
  /// Whether the connection may carry another request after this response.
  [[nodiscard]] bool keeps_connection() const { return keep_alive_; }
  /// Bytes of the page that lie in memory here.
  [[nodiscard]] std::size_t held_bytes() const;
  /// To be called once when everything has been sent.
  void report_sent() const;

 private:
  void make_head(std::string& out);
  bool next_piece(std::string& out);
  bool append_chunk(std::string& out);

  bool is_head_only_ = false;
  bool is_http11_ = false;
  bool keep_alive_ = false;
  bool is_head_made_ = false;
  bool is_whole_ = false;
  bool allows_ = false;
  int status_ = 200;
  std::string content_type_;
  std::string body_;  // not sent yet: behind sent_
  std::size_t sent_ = 0;
  std::vector<PageSource> sources_;  // the current one in front
  std::unique_ptr<GzipStream> gzip_;
  bool is_compressed_ = false;
  std::vector<std::function<void()>> on_sent_;
};

}  // namespace obi::exporting
