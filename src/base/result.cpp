// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <cstring>

namespace obi::base {

std::unexpected<Error> fail(std::string message, int error_number) {
  if (error_number != 0) {
    message += ": ";
    message += std::strerror(error_number);
  }
  return std::unexpected(Error{std::move(message), error_number});
}

}  // namespace obi::base
