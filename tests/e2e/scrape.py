# SPDX-License-Identifier: Apache-2.0
"""What a page of Prometheus says."""
import re


def series(page, metric):
    """Labels as a dict, value: of every series of the metric (a pattern)."""
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value))
            for labels, value in re.findall(r"^(?:%s)\{(.*)\} (\S+)$" % metric, page, re.M)]


class Increases:
    """What all series of a metric gained from scrape to scrape, as Prometheus' increase() has it: a series that left the page keeps
    what it had, and begins anew when it is back."""

    def __init__(self, metric):
        self.metric = metric
        self.last = {}
        self.gained = {}  # (labels as sorted pairs) -> increase

    def scrape(self, page):
        now = {tuple(sorted(labels.items())): value for labels, value in series(page, self.metric)}
        for labels, value in now.items():
            before = self.last.get(labels, 0)
            self.gained[labels] = self.gained.get(labels, 0) + (value - before if value >= before else value)
        self.last = now

    def total(self, matches=lambda labels: True):
        """Over the series of which `matches(labels)` holds."""
        return int(sum(value for labels, value in self.gained.items() if matches(dict(labels))))


def count_of(page, metric, **labels):
    """The sum over those that have these labels."""
    return sum(value for have, value in series(page, metric) if labels.items() <= have.items())
