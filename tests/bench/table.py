#!/usr/bin/env python3
"""Medians of the results of run.sh, and what this engine does relative to each peer (above 1 is better)."""
import collections, statistics, sys

PEERS = ["sqlite", "lmdb", "bdb"]
AIMS = {                                                # ratio to sqlite, lmdb, bdb
    "W1 bulk insert": (2.5, 0.5, 1.0), "W2 random insert": (3.5, 0.65, 1.0), "W3 lookup by key": (1.2, 0.5, 1.6),
    "W4 lookup by text": (1.0, 0.5, 1.4), "W5 full scan": (0.6, 0.13, 1.8), "W6 random update": (2.0, 0.7, 1.0),
    "W8 mixed, 2 threads": (1.3, 1.0, 1.0),
}

values = collections.defaultdict(lambda: collections.defaultdict(list))
units = {}
for line in open(sys.argv[1]):
    engine, _, metric, value, unit = line.rstrip("\n").split("\t")
    values[metric][engine].append(float(value))
    units[metric] = unit


def number(v):
    return "-" if v is None else f"{v:,.0f}" if v >= 100 else f"{v:.3g}"


print(f"{'':40}{'unit':>7}{'esent':>12}" + "".join(f"{p:>12}" for p in PEERS) + "".join(f"{'/' + p:>9}" for p in PEERS) + "   aims")
for metric, engines in values.items():
    median = {e: statistics.median(v) for e, v in engines.items()}
    ours = median.get("esent")
    more_is_better = units[metric].endswith("/s")
    row = f"{metric:40}{units[metric]:>7}{number(ours):>12}"
    row += "".join(f"{number(median.get(p)):>12}" for p in PEERS)
    for p in PEERS:
        theirs = median.get(p)
        ratio = None if not ours or not theirs else ours / theirs if more_is_better else theirs / ours
        row += f"{'-' if ratio is None else format(ratio, '.2f'):>9}"
    if metric in AIMS:
        row += "   " + " / ".join(str(a) for a in AIMS[metric])
    print(row)
