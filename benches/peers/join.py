"""The point-in-time join beside DuckDB, Polars and pandas: from two Parquet files to a table in memory.

    python benches/peers/join.py [small|large|one_key|in_order]
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
# Entity rows, feature rows, keys, and whether the files are in order of time: then nobody has to sort.
SHAPES = {
    "small": (100_000, 1_000_000, 10_000, False),
    "large": (1_000_000, 10_000_000, 100_000, False),
    "one_key": (100_000, 1_000_000, 1, False),
    "in_order": (100_000, 1_000_000, 10_000, True),
}
FEATURES = [f"f{i}" for i in range(10)]


def generate(folder, entities, rows, keys, in_order):
    """Entity rows, and feature rows with ten random columns, in files as pyarrow writes them."""
    random, micros = np.random.default_rng(42), pa.timestamp("us", tz="UTC")

    def events(count, part=0, parts=1):
        ids, times = random.integers(0, keys, count, dtype="int64"), random.integers(0, SPAN, count)
        if in_order:
            times = np.sort((times + part * SPAN) // parts)
        return {"entity_id": ids, "event_timestamp": pa.array(START + times, micros)}

    pq.write_table(pa.table({"row_id": np.arange(entities), **events(entities)}), f"{folder}/entities.parquet")
    writer = None
    for first in range(0, rows, 1_000_000):
        count = min(1_000_000, rows - first)
        table = pa.table({**events(count, first // 1_000_000, -(-rows // 1_000_000)), **{name: random.random(count) for name in FEATURES}})
        writer = writer or pq.ParquetWriter(f"{folder}/history.parquet", table.schema)
        writer.write_table(table)
    writer.close()


def with_duckdb(folder, _):
    connection = duckdb.connect()
    connection.execute("set threads = 2; set preserve_insertion_order = false")
    known = ", ".join(f"case when h.event_timestamp >= e.event_timestamp - interval 7 day then h.{f} end as {f}" for f in FEATURES)
    return connection.sql(
        f"select e.*, {known} from '{folder}/entities.parquet' e asof left join '{folder}/history.parquet' h"
        " on e.entity_id = h.entity_id and e.event_timestamp >= h.event_timestamp").to_arrow_table()


def with_polars(folder, in_order):
    tables = (pl.read_parquet(f"{folder}/{name}.parquet") for name in ("entities", "history"))
    entities, history = tables if in_order else (table.sort("event_timestamp") for table in tables)
    return entities.join_asof(history, on="event_timestamp", by="entity_id", strategy="backward", tolerance="7d", check_sortedness=False)


def with_pandas(folder, in_order):
    tables = (pd.read_parquet(f"{folder}/{name}.parquet") for name in ("entities", "history"))
    entities, history = tables if in_order else (table.sort_values("event_timestamp") for table in tables)
    return pd.merge_asof(entities, history, on="event_timestamp", by="entity_id", tolerance=pd.Timedelta(days=7))


def summary(table):
    values = np.asarray(table["f0"].to_numpy(), dtype=float)
    return {"rows": len(values), "matched": int(np.isfinite(values).sum()), "sum": float(np.nansum(values))}


def same(peer, ours):
    assert peer["rows"] == ours["rows"] and peer["matched"] == ours["matched"], (peer, ours)
    assert abs(peer["sum"] - ours["sum"]) <= 1e-9 * ours["sum"], (peer, ours)


if __name__ == "__main__":
    shape = sys.argv[1] if len(sys.argv) > 1 else "small"
    entities, rows, keys, in_order = SHAPES[shape]
    pa.set_cpu_count(2)
    with tempfile.TemporaryDirectory() as folder:
        generate(folder, entities, rows, keys, in_order)
        ours = Ours("peer_join", f"{folder}/entities.parquet", f"{folder}/history.parquet", threads=2)
        peers = {f"DuckDB {duckdb.__version__} ASOF join": with_duckdb,
                 f"Polars {pl.__version__} join_asof": with_polars,
                 f"pandas {pd.__version__} merge_asof": with_pandas}
        compare(f"{shape}: {entities:,} entity rows of {rows:,} feature rows, {keys:,} keys, 2 threads", ours,
                {name: timed(lambda join=join: join(folder, in_order), summary) for name, join in peers.items()},
                same, rounds=5 if shape == "large" else 9)
        ours.close()
