#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes src/pipeline/routes/bigrams.cpp: how likely a letter follows another in English words.

Counts the letter pairs of a word list (Debian package wamerican, public domain) together with the words that paths are made
of, each pair once per word, and writes log probabilities. Usage: make_bigrams.py [/usr/share/dict/words] > bigrams.cpp
"""
import math
import sys

PATH_WORDS = """api rest graphql rpc http https www auth oauth login logout signup signin users user admin config configs
settings status health healthz ready readyz livez metrics ping info version docs swagger openapi json xml html css js img
assets static public uploads downloads webhook webhooks async sync queue kafka redis sql db cache cdn url uri href id uuid
sku qty cart checkout checkouts orders order invoice invoices payments payment products product catalog catalogue stock
inventory search query filter sort page limit offset feed feeds blog posts post comments tags categories profile avatar
account accounts team teams org orgs repo repos commit commits branch branches issue issues pull merge build builds deploy
deployments pods nodes namespaces services service events event logs traces spans otel telemetry grpc proto index home
dashboard reports report analytics stats notify notifications messages message chat email emails sms subscribe
subscriptions billing plans pricing customers customer vendors suppliers shipping tracking returns refunds reviews ratings
wishlist favorites coupons promo sync upload download export import batch jobs job tasks task workers cron""".split()

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def main():
    counts = [[1.0] * 26 for _ in range(26)]  # one of each: no pair is impossible
    source = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/dict/words"
    words = [line.strip().lower() for line in open(source, encoding="utf-8")]
    for word in words + PATH_WORDS * 40:
        letters = [c for c in word if c in ALPHABET]
        for first, second in set(zip(letters, letters[1:])):
            counts[ALPHABET.index(first)][ALPHABET.index(second)] += 1
    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Made by tools/make_bigrams.py from Debian's wamerican word list; -100 * ln P(second letter | first letter).")
    print('#include "pipeline/routes/bigrams.hpp"\n')
    print("namespace obi::pipeline {\n\n// clang-format off")
    print("const std::array<std::array<std::uint16_t, 26>, 26> kBigramCost = {{")
    for row in counts:
        total = sum(row)
        print("    {" + ", ".join(str(round(-100 * math.log(value / total))) for value in row) + "},")
    print("}};\n// clang-format on\n\n}  // namespace obi::pipeline")


main()
