// SPDX-License-Identifier: Apache-2.0
// A shared library for tests of probes: 500 functions obi_probed_0 … obi_probed_499, alike, and
// obi_probed_function, which finds them by number.
#include <stddef.h>

// Begins with an instruction that the kernel emulates under a probe, as the first of most real functions is.
#define ONE(n)                                        \
  __attribute__((noinline)) int obi_probed_##n(int x) { \
    __asm__ volatile("nop" : "+r"(x));                \
    return x * 3 + n;                                 \
  }
#define NAME(n) obi_probed_##n,
// T tens, e.g. 12: functions 120 to 129.
#define TEN(F, t) F(t##0) F(t##1) F(t##2) F(t##3) F(t##4) F(t##5) F(t##6) F(t##7) F(t##8) F(t##9)
#define HUNDRED(F, h)                                                                         \
  TEN(F, h##0) TEN(F, h##1) TEN(F, h##2) TEN(F, h##3) TEN(F, h##4) TEN(F, h##5) TEN(F, h##6) \
  TEN(F, h##7) TEN(F, h##8) TEN(F, h##9)
#define FIRST_HUNDRED(F)                                                                        \
  F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) TEN(F, 1) TEN(F, 2) TEN(F, 3) TEN(F, 4)     \
  TEN(F, 5) TEN(F, 6) TEN(F, 7) TEN(F, 8) TEN(F, 9)
#define ALL(F) \
  FIRST_HUNDRED(F) HUNDRED(F, 1) HUNDRED(F, 2) HUNDRED(F, 3) HUNDRED(F, 4)

ALL(ONE)

typedef int (*function)(int);

function obi_probed_function(unsigned number) {
  static const function functions[] = {ALL(NAME)};
  return number < sizeof(functions) / sizeof(functions[0]) ? functions[number] : NULL;
}
