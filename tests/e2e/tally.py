# SPDX-License-Identifier: Apache-2.0
"""What clients did against what the agent reported, as one table a protocol.

    tally = Tally("mongo")
    for client, connections in runs:
        done = run_client(…)                       # the client's own count
        tally.expect(client, connections, "find users", done["find"], count(spans, "find"))
    tally.close()                                  # prints the table, fails if any row differs

A row compares any two values that print well: counts, or texts such as a span's target. All rows are
printed before anything fails, so that one run tells all that is wrong. As a context manager it closes
itself, unless the test has failed already: then the table is printed and that failure stands.
"""


class Tally:
    COLUMNS = ("client", "connections", "what", "expected", "found", "ok")

    def __init__(self, title):
        self.title = title
        self.rows = []

    def expect(self, client, connections, what, expected, found):
        """One row; returns whether both are equal."""
        equal = expected == found
        self.rows.append((client, connections, what, expected, found, equal))
        return equal

    def expect_counts(self, client, connections, expected, found):
        """A row for each key of two mappings from what to how many; a key that one lacks is 0 there."""
        for what in sorted({*expected, *found}, key=str):
            self.expect(client, connections, what, expected.get(what, 0), found.get(what, 0))

    def table(self):
        lines = [self.COLUMNS] + [
            (*(text_of(cell) for cell in row[:-1]), "yes" if row[-1] else "NO") for row in self.rows
        ]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.COLUMNS))]
        numeric = [all(isinstance(row[column], int) for row in self.rows) for column in range(len(self.COLUMNS))]
        return "\n".join(
            "  ".join(cell.rjust(width) if right else cell.ljust(width)
                      for cell, width, right in zip(line, widths, numeric)).rstrip()
            for line in lines
        )

    def close(self):
        print(f"\n{self.title}\n{self.table()}")
        assert self.rows, f"{self.title}: nothing was compared"
        wrong = [row for row in self.rows if not row[-1]]
        assert not wrong, f"{self.title}: {len(wrong)} of {len(self.rows)} rows differ:\n{self.table()}"

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        if failure is None:
            self.close()
        else:
            print(f"\n{self.title} (cut short)\n{self.table()}")


def text_of(cell):
    """A cell on one line; a tuple, the usual key of a count, as its members."""
    text = " ".join(map(str, cell)) if isinstance(cell, tuple) else str(cell)
    return text.replace("\n", "\\n")
