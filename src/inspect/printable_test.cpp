// SPDX-License-Identifier: Apache-2.0
#include "inspect/printable.hpp"

#include <gtest/gtest.h>

namespace obi::inspect {
namespace {

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("äöü", 4), "äö…");
  EXPECT_EQ(printable("äöü", 6), "äöü");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "b\xe4"),
            "a?b");
}

}  // namespace
}  // namespace obi::inspect
