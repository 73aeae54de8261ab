// SPDX-License-Identifier: Apache-2.0
// The head of a request to the agent's listener (RFC 9112, sections 2 to 5). Input is hostile:
// pure functions, bounded, nothing is allocated but the path.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace obi::exporting {

inline constexpr std::size_t kMaxRequestLine = 8 * 1024;   ///< beyond it: 414
inline constexpr std::size_t kMaxRequestHead = 32 * 1024;  ///< beyond it: 431

/// Finds where a head ends while its bytes come in; each byte is looked at once.
class HeadEnd {
 public:
  /// The number of bytes up to and including the empty line, or nullopt as long as it isn't there.
  /// `text` is all that was received so far of this head; empty lines in front of it belong to it.
  std::optional<std::size_t> find(std::string_view text);

 private:
  std::size_t scanned_ = 0;
  std::size_t line_begin_ = 0;
  bool has_request_line_ = false;
};

enum class Method : unsigned char { kGet, kHead, kOther };

struct RequestHead {
  int status = 200;  ///< else why it is refused: 400, 414, 431, 505; the rest is unset then
  Method method = Method::kOther;
  std::string path;         ///< percent-decoded, without query
  bool is_http11 = false;   ///< else 1.0
  bool keep_alive = false;  ///< the connection may carry another request
  bool has_body = false;    ///< bytes of a body follow, of whatever length
  bool accepts_gzip = false;
};

/// Reads a whole head, as HeadEnd found it.
RequestHead parse_request_head(std::string_view text);

/// Why a head that isn't whole yet can't become a good one: 400 (not HTTP), 414 or 431; 0 if it
/// can.
int refusal_of_partial_head(std::string_view text);

}  // namespace obi::exporting
