"""Metrics of a classifier beside scikit-learn: two threads for ours, as many as it takes for the peer.

    python benches/peers/classification.py            # 1 M rows
    python benches/peers/classification.py 10000000
"""
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score

from rounds import Ours, compare, timed


def columns(rows):
    random = np.random.default_rng(7)
    scores = random.random(rows)
    truth = random.integers(0, 10, rows)
    return {
        "scores": scores,
        "labels": (random.random(rows) < .2 + .6 * scores).astype(np.uint8),
        "weights": random.random(rows),
        "truth": truth,
        "predicted": np.where(random.random(rows) < .8, truth, random.integers(0, 10, rows)),
    }


def same(peer, ours):
    np.testing.assert_allclose(ours, peer, rtol=1e-9)


if __name__ == "__main__":
    from importlib.metadata import version
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    data = columns(rows)
    labels, scores, weights = data["labels"].astype(np.int64), data["scores"], data["weights"]
    # Both start from scores and labels; the peer is given the predicted classes too.
    predicted = (scores >= .5).astype(np.int64)

    def all_four(weights=None):
        return [accuracy_score(labels, predicted, sample_weight=weights),
                f1_score(labels, predicted, average="weighted", sample_weight=weights),
                roc_auc_score(labels, scores, sample_weight=weights),
                log_loss(labels, scores, sample_weight=weights)]

    def of_classes():
        return [accuracy_score(data["truth"], data["predicted"]), f1_score(data["truth"], data["predicted"], average="weighted")]

    name = f"scikit-learn {version('scikit-learn')}"
    rounds = 7 if rows <= 2_000_000 else 3
    with tempfile.TemporaryDirectory() as folder:
        for column, values in data.items():
            values.tofile(Path(folder) / column)
        ours = Ours("peer_classification", folder, threads=2)
        for what, operation, work in [
            ("accuracy, weighted F1, ROC AUC, log loss", "binary", all_four),
            ("the same with weights", "weighted", lambda: all_four(weights)),
            ("ROC AUC", "area", lambda: [roc_auc_score(labels, scores)]),
            ("accuracy, weighted F1 of 10 classes", "classes", of_classes),
        ]:
            compare(f"{what}, {rows:,} rows", lambda: ours(operation), {name: timed(work)}, same, rounds)
        ours.close()
