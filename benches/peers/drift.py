"""Tests and presets of drift beside SciPy (one thread each) and Evidently (two threads for ours).

    python benches/peers/drift.py            # KS of 1 M, presets over 50 columns of 100 k rows
    python benches/peers/drift.py small      # KS of 100 k, presets over 50 columns of 1 k rows
"""
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

os.environ["DO_NOT_TRACK"] = "1"

import numpy as np
import pandas as pd
from evidently import Report
from evidently.presets import DataDriftPreset
from scipy.stats import ks_2samp

from rounds import Ours, compare, timed

COLUMNS = 50


def same_numbers(peer, ours):
    np.testing.assert_allclose(ours, peer, rtol=1e-6, atol=1e-9)


def scores(snapshot):
    """The drift score of each column, in the order of the columns."""
    found = {metric["config"]["column"]: float(metric["value"]) for metric in snapshot.dict()["metrics"] if "column" in metric["config"]}
    return [found[f"c{index}"] for index in range(COLUMNS)]


if __name__ == "__main__":
    small = sys.argv[1:] == ["small"]
    samples, rows = (100_000, 1_000) if small else (1_000_000, 100_000)
    random = np.random.default_rng(42)
    x, y = random.normal(size=samples), random.normal(.01, 1, size=samples)
    reference = pd.DataFrame({f"c{index}": random.normal(size=rows) for index in range(COLUMNS)})
    current = pd.DataFrame({f"c{index}": random.normal(.3 * (index % 2), 1, size=rows) for index in range(COLUMNS)})
    with tempfile.TemporaryDirectory() as folder:
        for name, values in {"x": x, "y": y}.items():
            values.tofile(Path(folder) / name)
        for side, table in {"reference": reference, "current": current}.items():
            for index in range(COLUMNS):
                table[f"c{index}"].to_numpy().tofile(Path(folder) / f"{side}_{index}")
        one = Ours("peer_drift", folder, COLUMNS, threads=1)
        compare(f"Kolmogorov-Smirnov, two samples of {samples:,}", lambda: one("ks"),
                {f"SciPy {version('scipy')} ks_2samp": timed(lambda: list(ks_2samp(x, y)[:2]))}, same_numbers, 5)
        one.close()
        two = Ours("peer_drift", folder, COLUMNS, threads=2)
        name = f"Evidently {version('evidently')} DataDriftPreset"
        preset = timed(lambda: Report([DataDriftPreset()]).run(current, reference), scores)
        what = f"{COLUMNS} columns of {rows:,} rows"
        compare(f"the same preset, {what}", lambda: two("evidently"), {name: preset}, same_numbers, 3)
        # Other tests than theirs: only how many columns there are is compared.
        compare(f"our default, {what}", lambda: two("default"), {name: preset},
                lambda peer, ours: np.testing.assert_equal(len(ours), len(peer)), 2)
        two.close()
