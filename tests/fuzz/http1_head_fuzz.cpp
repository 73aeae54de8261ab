// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP/1.x messages from arbitrary bytes. Checks that views lie inside the input, that
// what was parsed may begin a message, and that neither more bytes behind a head nor fewer change
// what is said of it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/arena.hpp"
#include "protocol/http1/head.hpp"
#include "protocol/http1/span_text.hpp"

namespace {

using namespace obi::protocol;
using namespace obi::protocol::http1;

void require(bool condition) {
  if (!condition) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_fields(const Fields& fields, std::string_view text) {
  require(lies_in(fields.host, text) && lies_in(fields.traceparent, text));
  require(!fields.chunked || fields.transfer_encoding);
}

// A head that is whole stays the same when it is cut behind its end, and lacks something when it is
// cut before it.
template <typename Head, typename Parse>
void check_size(std::string_view text, std::size_t size, Parse parse) {
  require(size > 0 && size <= text.size() && text[size - 1] == '\n');
  Head head;
  const auto whole = parse(text.substr(0, size), head);
  require(whole.has_value() && *whole == size);
  const auto cut = parse(text.substr(0, size - 1), head);
  require(!cut.has_value() && cut.error() == ParseError::Truncated);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  RequestHead request;
  if (const auto parsed = parse_request(text, request)) {
    require(may_begin_request(text));
    check_size<RequestHead>(text, *parsed, parse_request);
  }
  require(lies_in(request.method, text) && lies_in(request.target, text));
  check_fields(request.fields, text);
  ResponseHead response;
  if (const auto parsed = parse_response(text, response)) {
    require(may_begin_response(text) && response.status >= 100 && response.status <= 999);
    check_size<ResponseHead>(text, *parsed, parse_response);
  }
  check_fields(response.fields, text);

  obi::base::Arena arena;
  const bool is_connect = request.method == "CONNECT";
  const TargetParts target = split_target(is_connect, request.target);
  require(is_connect || !target.path.empty());
  const std::string_view host = url_authority(request.fields.host);
  require(lies_in(host, text) && host.find_first_of("@/?# \"") == std::string_view::npos);
  RequestHead cut;
  if (parse_cut_request(text, cut)) require(lies_in(cut.method, text) && lies_in(cut.target, text));
  may_continue_with_request(text);
  const std::string_view path = safe_copy(target.path, arena);
  require(path.size() <= target.path.size() * 3 && safe_copy(path, arena) == path);
  return 0;
}
