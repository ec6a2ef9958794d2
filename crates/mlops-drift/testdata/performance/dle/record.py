"""Records what NannyML's DLE says of made-up regressions, for tests of ours.

Needs nannyml 0.13.1 and statsmodels: `python record.py` writes the files beside it anew. A file
holds the columns of a reference and of an analysis, rounded so that they are exact in it, and per
chunk and metric what the tool answered.
"""

import json
import math
import os
import warnings
from pathlib import Path

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import nannyml
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
# The tool reshapes columns of text, which those of pandas 3 can not.
pd.set_option("future.infer_string", False)
HERE = Path(__file__).parent
METRICS = ["mae", "mape", "mse", "rmse", "msle", "rmsle"]
FEATURES = ["area", "age", "district"]


def houses(rng, rows, area, missing=0.03):
    """A price that is harder to tell the larger the area is, and in one district."""
    size = np.clip(rng.normal(area, 25, rows), 20, 300)
    age = rng.integers(0, 80, rows).astype(float)
    district = rng.choice(["north", "south", "old town"], rows, p=[0.5, 0.3, 0.2])
    price = 40 + 3 * size - 0.8 * age + np.where(district == "old town", 60, 0)
    noise = (2 + 0.004 * size**1.8) * np.where(district == "old town", 1.8, 1.0)
    truth = np.clip(price + rng.normal(0, 1, rows) * noise, 1, None)
    # The model knows the price, but saw no missing areas and a little of everything wrongly.
    predicted = np.clip(price + 4 * np.sin(size / 15), 1, None)
    frame = pd.DataFrame(
        {"area": size.round(2), "age": age, "district": district.astype(object),
         "predicted": predicted.round(3), "price": truth.round(3)}
    )
    frame.loc[rng.random(rows) < missing, "area"] = np.nan
    frame.loc[rng.random(rows) < missing, "district"] = None
    return frame


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def chunks(frame):
    found = []
    for _, row in frame.iterrows():
        chunk = {key: int(row["chunk", key]) for key in ["chunk_index", "start_index", "end_index"]}
        chunk["key"] = row["chunk", "key"]
        chunk["metrics"] = {
            metric: {
                key: bool(row[metric, key]) if key == "alert" else number(row[metric, key])
                for key in ["value", "sampling_error", "realized", "upper_confidence_boundary",
                            "lower_confidence_boundary", "upper_threshold", "lower_threshold", "alert"]
            }
            for metric in METRICS
        }
        found.append(chunk)
    return found


def columns(frame):
    def plain(value):
        if value is None or isinstance(value, float) and math.isnan(value):
            return None
        return str(value) if isinstance(value, pd.Timestamp) else value

    return {name: [plain(value) for value in frame[name].tolist()] for name in frame.columns}


def record(name, reference, analysis, chunking, timed=False):
    dle = nannyml.DLE(
        feature_column_names=FEATURES, y_pred="predicted", y_true="price", metrics=METRICS,
        timestamp_column_name="time" if timed else None, **chunking,
    )
    dle.fit(reference)
    result = dle.estimate(analysis)
    answer = {
        "tool": f"nannyml {nannyml.__version__} DLE",
        "chunking": chunking,
        "reference": columns(reference),
        "analysis": columns(analysis),
        "expected": {
            period: chunks(result.filter(period=period).to_df()) for period in ["reference", "analysis"]
        },
    }
    text = json.dumps(answer, separators=(",", ":"))
    (HERE / f"{name}.json").write_text(text + "\n")
    for chunk in answer["expected"]["analysis"]:
        mae = chunk["metrics"]["mae"]
        print(name, chunk["key"], mae["value"], mae["realized"], mae["alert"])


def main():
    rng = np.random.default_rng(20)
    # More and more large houses, which the model was never good at.
    reference = houses(rng, 3000, 90)
    shifted = pd.concat([houses(rng, 500, area) for area in [90, 110, 130, 150]], ignore_index=True)
    record("larger_houses", reference, shifted, {"chunk_size": 500})

    # The same houses, and prices that mean something else.
    rng = np.random.default_rng(21)
    other = houses(rng, 1000, 90)
    other["price"] = (other["price"] * 1.25).round(3)
    record("other_prices", reference, other, {"chunk_number": 4})

    # By month, and the last labels have not come.
    rng = np.random.default_rng(22)
    start = pd.Timestamp("2013-01-05")
    times = lambda rows, start: [start + pd.Timedelta(hours=int(3 * row)) for row in range(rows)]
    reference, analysis = houses(rng, 1500, 90), houses(rng, 700, 120)
    reference["time"] = times(1500, start)
    analysis["time"] = times(700, start + pd.Timedelta(days=190))
    analysis.loc[450:, "price"] = np.nan
    record("by_month", reference, analysis, {"chunk_period": "M"}, timed=True)


main()
