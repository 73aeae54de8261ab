# SPDX-License-Identifier: Apache-2.0
"""What a page of Prometheus says."""
import re


def series(page, metric):
    """Labels as a dict, value: of every series of the metric (a pattern)."""
    return [(dict(re.findall(r'(\w+)="([^"]*)"', labels)), float(value))
            for labels, value in re.findall(r"^(?:%s)\{(.*)\} (\S+)$" % metric, page, re.M)]


def count_of(page, metric, **labels):
    """The sum over those that have these labels."""
    return sum(value for have, value in series(page, metric) if labels.items() <= have.items())
