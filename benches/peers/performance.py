"""Performance without labels beside NannyML: reference of 100 k rows, chunks of 50 k, two threads for ours.

    python benches/peers/performance.py          # 1 M rows to estimate
    python benches/peers/performance.py small    # 200 k
"""
import os
import sys
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml as nml
import numpy as np
import pandas as pd

from rounds import Ours, compare, timed

METRICS = ["roc_auc", "accuracy", "f1"]
FIELDS = ["value", "lower_threshold", "upper_threshold", "sampling_error"]


def table(random, rows, sharp):
    p = random.beta(2, 2, rows)
    said = p ** sharp / (p ** sharp + (1 - p) ** sharp)
    return pd.DataFrame({"p": said, "yh": (said > .5).astype(int), "y": (random.random(rows) < p).astype(int)})


def work(reference, analysis):
    def fit_and_estimate():
        estimator = nml.CBPE(y_pred_proba="p", y_pred="yh", y_true="y", metrics=METRICS, problem_type="classification_binary", chunk_size=50_000)
        estimator.fit(reference)
        return estimator.estimate(analysis)
    return fit_and_estimate


def numbers(result):
    """Each chunk's answers, and whether it calibrated."""
    found = result.to_df(multilevel=True)
    return [[float(row[(metric, field)]) for metric in METRICS for field in FIELDS] for _, row in found.iterrows()]


def same(peer, ours):
    # The tool rounds the counts under its curves to five decimals.
    np.testing.assert_allclose(ours, peer, rtol=1e-9, atol=2e-6)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    rows = 200_000 if sys.argv[1:] == ["small"] else 1_000_000
    random = np.random.default_rng(2)
    # Of scores that are right the tool's ten random splits and our held-out rows may decide otherwise.
    for what, sharp in {"over-confident scores, calibrated": 2.0}.items():
        reference, analysis = table(random, 100_000, sharp), table(random, rows, sharp)
        with tempfile.TemporaryDirectory() as folder:
            for side, of in {"reference": reference, "analysis": analysis}.items():
                for name in ["p", "yh", "y"]:
                    of[name].to_numpy().astype(float).tofile(Path(folder) / f"{side}_{name}")
            ours = Ours("peer_performance", folder, threads=2)
            peer = timed(work(reference, analysis.drop(columns="y")), numbers)
            compare(f"CBPE of {rows:,} rows, {what}", lambda: ours("cbpe"), {f"NannyML {version('nannyml')} CBPE": peer}, same, 5)
            ours.close()
