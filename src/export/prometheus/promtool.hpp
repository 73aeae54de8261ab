// SPDX-License-Identifier: Apache-2.0
// Asks Prometheus's own tool whether a page is well-formed; for tests.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

namespace obi::exporting {

inline bool has_promtool() { return std::system("command -v promtool >/dev/null 2>&1") == 0; }

/// What `promtool check metrics` complains of; "" if nothing.
inline std::string complaints_of_promtool(const std::string& page) {
  const std::string path = testing::TempDir() + "/obi-promtool-" + std::to_string(::getpid());
  std::ofstream(path) << page;
  std::string complaints;
  FILE* output = ::popen(("promtool check metrics <" + path + " 2>&1").c_str(), "r");
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), output) != nullptr) complaints += line.data();
  const int status = ::pclose(output);
  std::remove(path.c_str());
  return status == 0 ? complaints : complaints + "exit status " + std::to_string(status);
}

}  // namespace obi::exporting
