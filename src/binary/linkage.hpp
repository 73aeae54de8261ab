// SPDX-License-Identifier: Apache-2.0
// What an executable brings along instead of loading it: for explaining what can't be seen of a
// process. Reads more of the file than executable_type does, so it is not for every process.
#pragma once
#include <string>

namespace obi::binary {

struct Linkage {
  bool is_static = false;   ///< an executable that no dynamic loader prepares
  std::string tls_library;  ///< inside the executable: "OpenSSL", "BoringSSL"; empty = none found
};

/// TLS is found by its symbols, and BoringSSL also by its name in the data, so a stripped
/// executable with OpenSSL inside isn't recognised. A file that isn't ELF or can't be read gives
/// neither.
Linkage read_linkage(const std::string& path);

}  // namespace obi::binary
