// SPDX-License-Identifier: Apache-2.0
// Writes docs/configuration.md from the table of keys: config_docs FILE, or config_docs --check
// FILE to compare.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "config/render.hpp"

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::cerr << "usage: config_docs [--check] FILE\n";
    return 2;
  }
  const std::string text = obi::config::render_documentation();
  if (!check) return (std::ofstream(argv[1]) << text) ? 0 : 1;
  std::ifstream file(argv[2]);
  if (std::string((std::istreambuf_iterator<char>(file)), {}) == text) return 0;
  std::cerr << argv[2] << " does not match the table of keys: run `make docs`\n";
  return 1;
}
