// SPDX-License-Identifier: Apache-2.0
// For tests that read files of the source tree: documentation, corpora, test data.
#pragma once
#include <string>

namespace obi::support {

/// The top folder of the sources that this build was made of, absolute.
std::string source_folder();

}  // namespace obi::support
