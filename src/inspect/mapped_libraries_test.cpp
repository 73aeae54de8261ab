// SPDX-License-Identifier: Apache-2.0
#include "inspect/mapped_libraries.hpp"

#include <gmock/gmock.h>

namespace obi::inspect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(MappedLibraries, KeepsEachRelevantNameOnce) {
  EXPECT_THAT(relevant_libraries("1-2 r-xp 0 0 1 /usr/lib/libssl.so.3\n"
                                 "2-3 r--p 0 0 1 /usr/lib/libssl.so.3\n"
                                 "3-4 r-xp 0 0 2 /usr/lib/libc.so.6\n"
                                 "4-5 rw-p 0 0 0 [heap]\n"
                                 "5-6 r-xp 0 0 3 /opt/jdk/lib/server/libjvm.so"),
              ElementsAre("libssl.so.3", "libjvm.so"));
  EXPECT_THAT(relevant_libraries(""), IsEmpty());
  EXPECT_TRUE(is_tls_library("libgnutls.so.30"));
  EXPECT_FALSE(is_tls_library("libjvm.so"));
}

}  // namespace
}  // namespace obi::inspect
