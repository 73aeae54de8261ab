// SPDX-License-Identifier: Apache-2.0
// Error handling for the whole project: `Result<T>` is a value or an Error, and nothing throws
// across a folder.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace obi::base {

/// One failure, written so that it reads as one line to a person. `context` is put in front while
/// it travels up.
struct Error {
  std::string message;
  int error_number = 0;  ///< errno of the failed call, 0 if there is none

  [[nodiscard]] Error with_context(std::string_view context) && {
    message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }
};

template <typename T>
using Result = std::expected<T, Error>;

/// `fail("opening x", errno)` reads as "opening x: No such file or directory".
[[nodiscard]] std::unexpected<Error> fail(std::string message, int error_number = 0);

}  // namespace obi::base

/// Evaluates to the value of a Result, or returns its error from the enclosing function.
#define OBI_TRY(expression)                                                 \
  ({                                                                        \
    auto obi_result = (expression);                                         \
    if (!obi_result) return std::unexpected(std::move(obi_result.error())); \
    std::move(*obi_result);                                                 \
  })
