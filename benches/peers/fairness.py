"""Metrics by group beside fairlearn's MetricFrame: two threads for ours, one for the peer.

    python benches/peers/fairness.py            # 1 M rows, 15 groups
"""
import sys
import tempfile
from pathlib import Path

import fairlearn.metrics as fairlearn
import numpy as np
import sklearn.metrics as sklearn

from rounds import Ours, compare, timed

GROUPS = 15
METRICS = {"accuracy_score": sklearn.accuracy_score, "selection_rate": fairlearn.selection_rate,
           "true_positive_rate": fairlearn.true_positive_rate, "false_positive_rate": fairlearn.false_positive_rate,
           "precision_score": sklearn.precision_score, "recall_score": sklearn.recall_score,
           "f1_score": sklearn.f1_score, "count": fairlearn.count}


def answer(frame):
    return {"overall": frame.overall.to_numpy(float), "by_group": frame.by_group.to_numpy(float),
            "difference": frame.difference().to_numpy(float)}


def same(peer, ours):
    for part, values in peer.items():
        np.testing.assert_allclose(np.array(ours[part], float), values, rtol=1e-9, atol=1e-12)


if __name__ == "__main__":
    from importlib.metadata import version
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    random = np.random.default_rng(7)
    codes = random.integers(0, GROUPS, rows).astype(np.int32)
    labels = (random.random(rows) < .3).astype(np.int64)
    predicted = np.where(random.random(rows) < .8, labels, random.integers(0, 2, rows)).astype(np.int64)
    groups = np.array([f"g{group:02}" for group in range(GROUPS)])[codes]

    def frame():
        return fairlearn.MetricFrame(metrics=METRICS, y_true=labels, y_pred=predicted, sensitive_features=groups)

    name = f"fairlearn {version('fairlearn')}"
    with tempfile.TemporaryDirectory() as folder:
        for column, values in {"labels": labels, "predicted": predicted, "groups": codes}.items():
            values.tofile(Path(folder) / column)
        ours = Ours("peer_fairness", folder, threads=2)
        for what, operation in [("8 metrics, groups as a dictionary", "codes"), ("8 metrics, groups as text", "text")]:
            compare(f"{what}, {rows:,} rows, {GROUPS} groups", lambda: ours(operation), {name: timed(frame, answer)}, same, rounds=3)
        ours.close()
