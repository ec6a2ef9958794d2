"""The point-in-time join beside DuckDB, Polars and pandas: from two Parquet files to a table in memory.

    python benches/peers/join.py [small|large]
"""
import os
import sys
import tempfile

os.environ["POLARS_MAX_THREADS"] = "2"

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from rounds import Ours, compare, timed

DAY = 86_400_000_000
START, SPAN = 1_704_067_200_000_000, 90 * DAY
SHAPES = {"small": (100_000, 1_000_000, 10_000), "large": (1_000_000, 10_000_000, 100_000)}
FEATURES = [f"f{i}" for i in range(10)]


def generate(folder, entities, rows, keys):
    """Entity rows, and feature rows with ten random columns, in files as pyarrow writes them."""
    random, micros = np.random.default_rng(42), pa.timestamp("us", tz="UTC")

    def events(count):
        return {"entity_id": random.integers(0, keys, count, dtype="int64"),
                "event_timestamp": pa.array(START + random.integers(0, SPAN, count), micros)}

    pq.write_table(pa.table({"row_id": np.arange(entities), **events(entities)}), f"{folder}/entities.parquet")
    writer = None
    for first in range(0, rows, 1_000_000):
        count = min(1_000_000, rows - first)
        table = pa.table({**events(count), **{name: random.random(count) for name in FEATURES}})
        writer = writer or pq.ParquetWriter(f"{folder}/history.parquet", table.schema)
        writer.write_table(table)
    writer.close()


def with_duckdb(folder):
    connection = duckdb.connect()
    connection.execute("set threads = 2; set preserve_insertion_order = false")
    known = ", ".join(f"case when h.event_timestamp >= e.event_timestamp - interval 7 day then h.{f} end as {f}" for f in FEATURES)
    return connection.execute(
        f"select e.*, {known} from '{folder}/entities.parquet' e asof left join '{folder}/history.parquet' h"
        " on e.entity_id = h.entity_id and e.event_timestamp >= h.event_timestamp").to_arrow_table()


def with_polars(folder):
    entities, history = (pl.read_parquet(f"{folder}/{name}.parquet").sort("event_timestamp") for name in ("entities", "history"))
    return entities.join_asof(history, on="event_timestamp", by="entity_id", strategy="backward", tolerance="7d", check_sortedness=False)


def with_pandas(folder):
    entities, history = (pd.read_parquet(f"{folder}/{name}.parquet").sort_values("event_timestamp") for name in ("entities", "history"))
    return pd.merge_asof(entities, history, on="event_timestamp", by="entity_id", tolerance=pd.Timedelta(days=7))


def summary(table):
    values = np.asarray(table["f0"].to_numpy(), dtype=float)
    return {"rows": len(values), "matched": int(np.isfinite(values).sum()), "sum": float(np.nansum(values))}


def same(peer, ours):
    assert peer["rows"] == ours["rows"] and peer["matched"] == ours["matched"], (peer, ours)
    assert abs(peer["sum"] - ours["sum"]) <= 1e-9 * ours["sum"], (peer, ours)


if __name__ == "__main__":
    shape = sys.argv[1] if len(sys.argv) > 1 else "small"
    pa.set_cpu_count(2)
    with tempfile.TemporaryDirectory() as folder:
        generate(folder, *SHAPES[shape])
        ours = Ours("peer_join", f"{folder}/entities.parquet", f"{folder}/history.parquet", threads=2)
        peers = {f"DuckDB {duckdb.__version__} ASOF join": with_duckdb,
                 f"Polars {pl.__version__} join_asof": with_polars,
                 f"pandas {pd.__version__} merge_asof": with_pandas}
        compare("{:,} entity rows of {:,} feature rows, {:,} keys, 2 threads".format(*SHAPES[shape]), ours,
                {name: timed(lambda join=join: join(folder), summary) for name, join in peers.items()},
                same, rounds=9 if shape == "small" else 5)
        ours.close()
