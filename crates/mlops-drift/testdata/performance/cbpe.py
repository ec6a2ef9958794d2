"""Answers of NannyML's CBPE that `drift/cbpe` does not hold: several classes, the cells of the
confusion matrix, business values, missing values, periods, ties.

    python cbpe.py    # nannyml 0.13.1; writes cbpe_*.json beside itself, in the form of drift/cbpe
"""
import json
import logging
import os
import warnings
from importlib.metadata import version
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
import nannyml as nml
import numpy as np
import pandas as pd
from nannyml.calibration import NoopCalibrator

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)
HERE = Path(__file__).parent
TOOL = {name: version(name) for name in ["nannyml", "scikit-learn", "numpy", "pandas"]}
FIELDS = ["value", "sampling_error", "realized", "upper_confidence_boundary", "lower_confidence_boundary",
          "upper_threshold", "lower_threshold", "alert"]
GRID = [round(at / 20, 2) for at in range(21)]
SHARES = ["roc_auc", "f1", "precision", "recall", "specificity", "accuracy", "average_precision"]


def plain(value):
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    if isinstance(value, str):
        return value
    return "NaN" if np.isnan(value) else float(value)


def chunks_of(result):
    table = result.to_df(multilevel=True)
    for _, row in table.iterrows():
        chunk = {"start_index": int(row[("chunk", "start_index")]), "end_index": int(row[("chunk", "end_index")]),
                 "period": row[("chunk", "period")]}
        for metric in dict.fromkeys(name for name, _ in table.columns if name != "chunk"):
            chunk[metric] = {field: plain(row[(metric, field)]) for field in FIELDS}
        yield chunk


def side(table, classes):
    scores = {name: [plain(p) for p in table[f"p_{name}"]] for name in classes} if classes else [plain(p) for p in table["p"]]
    label = (lambda value: None if pd.isna(value) else value) if classes else (lambda value: None if pd.isna(value) else int(value))
    told = {"p": scores, "yhat": [label(value) for value in table["yhat"]], "y": [label(value) for value in table["y"]]}
    if "t" in table:
        told["t"] = [str(time) for time in table["t"]]
    return told


def record(name, note, reference, analysis, classes=(), labelled=False, **settings):
    settings.setdefault("metrics", SHARES)
    proba = {of: f"p_{of}" for of in classes} if classes else "p"
    timed = {"timestamp_column_name": "t"} if "t" in reference else {}
    np.random.seed(7)
    estimator = nml.CBPE(y_pred_proba=proba, y_pred="yhat", y_true="y", **timed,
                         problem_type="classification_multiclass" if classes else "classification_binary", **settings)
    estimator.fit(reference)
    result = estimator.estimate(analysis if labelled else analysis.drop(columns="y"))
    grid = lambda curve: {"grid": GRID, "value": [float(v) for v in curve.calibrate(np.array(GRID))]}
    if classes:
        applied = {of: not isinstance(curve, NoopCalibrator) for of, curve in estimator._calibrators.items()}
        isotonic = {of: grid(curve) for of, curve in estimator._calibrators.items() if applied[of]}
    else:
        applied = bool(estimator.needs_calibration)
        isotonic = grid(estimator.calibrator) if applied else None
    case = {"name": name, "kind": "pipeline", "note": note, "tool": TOOL, **{k: v for k, v in settings.items() if k not in ["metrics", "calibrator"]},
            "reference": side(reference, classes), "analysis": side(analysis, classes),
            "tied": bool(not classes and reference["p"].duplicated().mean() > 0.5), "calibration_applied": applied, "isotonic": isotonic, "chunks": list(chunks_of(result))}
    (HERE / f"{name}.json").write_text(json.dumps(case) + "\n")
    print(name, applied)


def three(random, rows, sharp=1.0):
    names = np.array(["bird", "cat", "dog"])
    truth = random.dirichlet([1.2, 1.0, 0.7], rows)
    said = truth ** np.array([1.0, sharp, 1.0])
    said = said / said.sum(axis=1, keepdims=True)
    drawn = names[(random.random(rows)[:, None] > truth.cumsum(axis=1)).sum(axis=1).clip(0, 2)]
    return pd.DataFrame({**{f"p_{name}": said[:, at] for at, name in enumerate(names)}, "yhat": names[said.argmax(axis=1)], "y": drawn})


def two(random, rows, digits=6, sharp=1.0):
    p = random.beta(1.5, 2, rows)
    said = p ** sharp / (p ** sharp + (1 - p) ** sharp)
    return pd.DataFrame({"p": said.round(digits), "yhat": (said > .5).astype(int), "y": (random.random(rows) < p).astype(int)})


if __name__ == "__main__":
    random = np.random.default_rng(5)
    names = ["bird", "cat", "dog"]
    reference, analysis = three(random, 300), three(random, 200)
    sharp, sharper = three(random, 300, 3.0), three(random, 200, 3.0)
    every = SHARES + ["confusion_matrix", "business_value"]
    worth = [[2.0, -1.0, -3.0], [-0.5, 1.0, -1.0], [-4.0, 0.0, 5.0]]
    record("cbpe_classes", "three classes", reference, analysis, names, chunk_size=100, metrics=every, business_value_matrix=worth)
    record("cbpe_classes_sharp", "three classes, one of them over-confident; labels come later", sharp, sharper, names, labelled=True,
           chunk_size=75, metrics=every, business_value_matrix=worth, normalize_confusion_matrix="true", normalize_business_value="per_prediction")
    record("cbpe_classes_shares", "cells as shares of predictions", reference, sharper, names, chunk_number=3, metrics=["confusion_matrix", "accuracy"],
           normalize_confusion_matrix="pred")
    record("cbpe_classes_all", "cells as shares of all rows", sharp, analysis, names, chunk_number=2, metrics=["confusion_matrix", "specificity"],
           normalize_confusion_matrix="all")
    reference, analysis = two(random, 400), two(random, 300)
    values = [[1.0, -2.5], [-10.0, 4.0]]
    for share in [None, "all", "true", "pred"]:
        record(f"cbpe_cells_{share or 'counts'}", "cells and values of two classes", reference, analysis, chunk_size=100,
               metrics=["confusion_matrix", "business_value", "average_precision"], business_value_matrix=values,
               normalize_confusion_matrix=share, normalize_business_value="per_prediction" if share else None)
    record("cbpe_ties", "scores of two digits, over-confident, labels come later", two(random, 500, 2, 2.5), two(random, 300, 2, 2.5),
           labelled=True, chunk_size=100)
    gaps = two(random, 250)
    gaps["yhat"] = gaps["yhat"].astype(float)
    gaps.loc[::7, "p"] = np.nan
    gaps.loc[::5, "yhat"] = np.nan
    gaps.loc[100:149, ["p", "yhat"]] = np.nan
    gaps.loc[200:, "yhat"] = 0
    record("cbpe_gaps", "missing scores and predictions, a chunk without any, one without positives", reference, gaps, calibrator=NoopCalibrator(), chunk_size=50)
    day = lambda table, start, hours: table.assign(t=pd.to_datetime(start) + pd.to_timedelta(np.arange(len(table)) * hours, unit="h"))
    for period in ["W", "M"]:
        record(f"cbpe_period_{period.lower()}", "by the calendar", day(reference, "2012-11-19 00:00", 5), day(analysis[:288], "2013-02-25 01:00", 7),
               chunk_period=period, metrics=["accuracy", "roc_auc"])
