#!/usr/bin/env python3
"""Apache Otava on the series of change_points_bench: change_points_bench N --print | this.

Needs `pip install apache-otava` (0.8.0 was compared with) in an environment of its own. Prints, for
each kind of series, how many of 1000 have a change point and how many have one within two points of
the step: for Otava's method at its default p and at 0.01, and for its E-divisive with permutations.
"""

import collections
import sys
import warnings

from otava.analysis import compute_change_points, compute_change_points_orig

METHODS = {
    "otava p<0.001": lambda series: compute_change_points(series)[0],
    "otava p<0.01": lambda series: compute_change_points(series, max_pvalue=0.01)[0],
    "permutations p<0.01": lambda series: compute_change_points_orig(series, max_pvalue=0.01, seed=1)[0],
}
NEAR = 2


def main():
    warnings.simplefilter("ignore")
    methods = {name: METHODS[name] for name in sys.argv[1:] or METHODS}
    series_of, any_of, near_of = collections.Counter(), collections.Counter(), collections.Counter()
    for line in sys.stdin:
        kind, at, *points = line.split()
        series = [100.0 + float(point) for point in points]
        series_of[kind] += 1
        for name, find in methods.items():
            found = [point.index for point in find(series)]
            any_of[kind, name] += bool(found)
            near_of[kind, name] += int(at) > 0 and any(abs(index - int(at)) <= NEAR for index in found)
    print(f"{'of 1000 series':<32}" + "".join(f"{name:>24}" for name in methods))
    for kind, count in series_of.items():
        cells = (f"{1000 * any_of[kind, name] / count:.0f} / {1000 * near_of[kind, name] / count:.0f}"
                 for name in methods)
        print(f"{kind:<32}" + "".join(f"{cell:>24}" for cell in cells))


main()
