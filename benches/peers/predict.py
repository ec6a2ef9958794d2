"""Our readers of LightGBM and XGBoost models beside the libraries, on every flight of the year, one thread each.

    python benches/peers/predict.py
"""
import ctypes
import json
import os
import tempfile

os.environ["OMP_NUM_THREADS"] = "1"

import duckdb
import lightgbm as lgb
import numpy as np
import xgboost as xgb
from lightgbm.basic import _LIB

from rounds import FLIGHTS, Ours, compare, timed

VIEWS = [("carrier", "carrier_daily", "3 day"), ("tailnum", "aircraft_arrivals", "12 hour"), ("origin", "weather", "3 hour")]
SINGLE = 2_000


def rows():
    """What the models are asked: the features of each flight as they were known at its time."""
    joined = f"select flight_id, hour, day_of_week, distance from '{FLIGHTS}/flights.parquet'"
    names = json.loads((FLIGHTS / "expected.json").read_text())["features"]
    table = duckdb.sql(joined + " order by flight_id").df()
    for key, view, ttl in VIEWS:
        known = duckdb.sql(
            f"select f.flight_id, case when v.event_timestamp >= f.event_timestamp - interval {ttl} then v end as v"
            f" from '{FLIGHTS}/flights.parquet' f asof left join '{FLIGHTS}/{view}.parquet' v"
            f" on f.{key} = v.{key} and f.event_timestamp >= v.event_timestamp")
        columns = [name for name in names if name in duckdb.sql(f"from '{FLIGHTS}/{view}.parquet'").columns]
        picked = ", ".join(f"v.{name} as {name}" for name in columns)
        table = table.merge(duckdb.sql(f"select flight_id, {picked} from known").df(), on="flight_id")
    return np.ascontiguousarray(table[names].to_numpy(dtype="float64"))


def lightgbm_one_by_one(model, rows):
    """The C interface meant for single rows, without Python's conversions: the fastest that LightGBM offers."""
    prepared, out, n = ctypes.c_void_p(), ctypes.c_double(), ctypes.c_int64()
    assert 0 == _LIB.LGBM_BoosterPredictForMatSingleRowFastInit(
        model._handle, 0, 0, -1, 1, rows.shape[1], ctypes.c_char_p(b"num_threads=1"), ctypes.byref(prepared))
    n_at, out_at, first, stride = ctypes.byref(n), ctypes.byref(out), rows.ctypes.data, rows.strides[0]
    predict = _LIB.LGBM_BoosterPredictForMatSingleRowFast

    def one(row):
        predict(prepared, ctypes.c_void_p(first + row * stride), n_at, out_at)
        return out.value
    return lambda: [one(row) for row in range(SINGLE)]


def close(tolerance):
    def same(peer, ours):
        np.testing.assert_allclose(np.asarray(ours), np.asarray(peer, dtype="float64"), rtol=tolerance, atol=0)
    return same


if __name__ == "__main__":
    every = rows()
    every32 = every.astype("float32")
    single, single32 = every[:SINGLE], every32[:SINGLE]
    with tempfile.NamedTemporaryFile() as file:
        every.tofile(file)
        file.flush()

        path = FLIGHTS / "delay_lightgbm.model.txt"
        model, ours = lgb.Booster(model_file=path), Ours("peer_predict", path, file.name, threads=1)
        print(f"LightGBM {lgb.__version__}, {model.num_trees()} trees of up to 31 leaves, 1 thread")
        compare(f"{SINGLE} single rows", lambda: ours(f"single {SINGLE}"), {
            "Booster.predict from Python": timed(lambda: [model.predict(single[i:i + 1], num_threads=1)[0] for i in range(SINGLE)]),
            "single-row C interface through ctypes": timed(lightgbm_one_by_one(model, single)),
        }, close(1e-12), rounds=9)
        for count in (1_024, len(every)):
            compare(f"a batch of {count:,}", lambda: ours(f"batch {count}"), {
                "Booster.predict": timed(lambda: model.predict(every[:count], num_threads=1)),
            }, close(1e-12), rounds=9)
        ours.close()

        path = FLIGHTS / "delay_xgboost.model.json"
        model, ours = xgb.Booster({"nthread": 1}, model_file=path), Ours("peer_predict", path, file.name, threads=1)
        # The shape is known to be right; checking the names of columns takes longer than a row.
        def inplace(rows):
            return model.inplace_predict(rows, validate_features=False)
        def dmatrix(rows):
            return xgb.DMatrix(rows, nthread=1, feature_names=model.feature_names)
        def one_ulp(peer, ours):
            assert np.all(np.abs(np.asarray(ours) - np.asarray(peer, dtype="float64")) <= np.spacing(np.asarray(peer, dtype="float32")))
        print(f"XGBoost {xgb.__version__}, {model.num_boosted_rounds()} trees of depth 6, 1 thread")
        compare(f"{SINGLE} single rows", lambda: ours(f"single {SINGLE}"), {
            "inplace_predict from Python": timed(lambda: [inplace(single32[i:i + 1])[0] for i in range(SINGLE)]),
        }, one_ulp, rounds=9)
        for count in (1_024, len(every)):
            def predict_alone():
                data = dmatrix(every32[:count])
                return timed(lambda: model.predict(data))()
            compare(f"a batch of {count:,}", lambda: ours(f"batch {count}"), {
                "inplace_predict": timed(lambda: inplace(every32[:count])),
                "DMatrix and predict": timed(lambda: model.predict(dmatrix(every32[:count]))),
                "predict alone, the DMatrix is there": predict_alone,
            }, one_ulp, rounds=9)
        ours.close()
