"""Twenty expectations over one Parquet file of 1 M rows: ours beside Great Expectations, pandera on Polars, DuckDB and Polars.

    python benches/peers/expectations.py            # or a number of rows
    python benches/peers/expectations.py memory     # each tool alone in a process: its peak of resident memory

Reading the file counts on every side. DuckDB and Polars answer one query, written by hand for this suite: a number an
expectation, and no rows that break it. Two threads for all that have threads.
"""
import datetime
import json
import logging
import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("POLARS_MAX_THREADS", "2")

from rounds import ROOT, Ours, compare, timed

SUITE = ROOT / "benches/src/expectations.json"
EXPECTATIONS = json.loads(SUITE.read_text())["expectations"]
COUNTRIES = ["DE", "FR", "US", "GB", "IT", "ES"]
COLUMNS = EXPECTATIONS[1]["kwargs"]["column_list"]


def kind(expectation):
    """`values_to_not_be_null`, `mean`, …"""
    return re.sub("^expect_(column_|table_)?|_to_be_between$", "", expectation["type"])


def write(path, rows):
    """Ten columns, a value in fifty missing."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(42)

    def some(values, kind=None):
        return pa.array(values, kind, mask=random.random(rows) < 0.02)

    def words(words):
        return some(np.array(words, dtype=object)[random.integers(0, len(words), rows)])

    letters = [f"{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}-{at % 10_000:04}" for at in range(67_600)]
    pq.write_table(pa.table({
        "n0": some(random.normal(0, 1, rows)), "n1": some(random.random(rows)),
        "n2": some(random.exponential(20, rows) % 100), "n3": some(random.normal(0, 1e6, rows)),
        "n4": some(random.normal(50, 10, rows)),
        "s0": words(COUNTRIES), "s1": words(letters), "s2": words(["x" * length for length in range(1, 13)]),
        "ts": some(1_704_067_200_000_000 + random.integers(0, 90 * 86_400_000_000, rows), pa.timestamp("us")),
        "b": some(random.random(rows) < 0.5),
    }), path)


def moment(text):
    return datetime.datetime.fromisoformat(text)


def range_of(kwargs):
    ends = kwargs.get("min_value"), kwargs.get("max_value")
    return tuple(moment(end) if isinstance(end, str) else end for end in ends)


# Each answers with a list: of an expectation about rows how many break it, of others what was observed; or with how many hold.

def great_expectations(path):
    import great_expectations as gx
    import pandas as pd

    logging.disable()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    table = context.data_sources.add_pandas("pandas").add_dataframe_asset("table").add_batch_definition_whole_dataframe("whole")

    def instants(kwargs):
        return {name: moment(value) if name in ("min_value", "max_value") and isinstance(value, str) else value
                for name, value in kwargs.items()}

    suite = gx.ExpectationSuite(name="peers", expectations=[
        {"type": each["type"], "kwargs": instants(each["kwargs"])} for each in EXPECTATIONS])

    def answer(result):
        by_rule = {}
        for one in result.to_json_dict()["results"]:
            config = one["expectation_config"]
            by_rule[config["type"], config["kwargs"].get("column")] = one
        return observed([by_rule[each["type"], each["kwargs"].get("column")] for each in EXPECTATIONS])

    return timed(lambda: table.get_batch(batch_parameters={"dataframe": pd.read_parquet(path)}).validate(suite, result_format="SUMMARY"), answer)


def observed(results):
    found = []
    for one in results:
        assert not one["exception_info"].get("raised_exception"), one
        result = one["result"]
        found.append((one["success"], result.get("unexpected_count", result.get("observed_value"))))
    return found


def pandera(path):
    import pandera.polars as pa
    import polars as pl

    def one(column):
        return pa.Check(lambda data: data.lazyframe.select(column(pl.col(data.key))))

    checks, of_table = {column: [] for column in COLUMNS}, []
    for each in EXPECTATIONS:
        kwargs = each["kwargs"]
        column, (least, most), mostly = kwargs.get("column"), range_of(kwargs), kwargs.get("mostly", 1.0)
        match kind(each):
            case "row_count":
                of_table.append(pa.Check(lambda data: data.lazyframe.select(pl.len() >= 1)))
            case "columns_to_match_ordered_list":
                of_table.append(pa.Check(lambda data: data.lazyframe.collect_schema().names() == COLUMNS))
            case "values_to_not_be_null":
                of_table.append(pa.Check(lambda data, c=column, m=mostly: data.lazyframe.select(pl.col(c).is_not_null().mean() >= m)))
            case "values" if mostly == 1.0:
                checks[column].append(pa.Check.in_range(least, most))
            case "values":
                checks[column].append(one(lambda x, a=least, b=most, m=mostly: x.drop_nulls().is_between(a, b).mean() >= m))
            case "values_to_be_in_set":
                checks[column].append(pa.Check.isin(kwargs["value_set"]))
            case "values_to_match_regex":
                checks[column].append(pa.Check.str_matches(kwargs["regex"]))
            case "value_lengths":
                checks[column].append(pa.Check.str_length(least, most))
            case "unique_value_count":
                checks[column].append(one(lambda x, a=least, b=most: x.n_unique().is_between(a, b)))
            case aggregate:
                name = {"stdev": "std"}.get(aggregate, aggregate)
                checks[column].append(one(lambda x, n=name, a=least, b=most: getattr(x, n)().is_between(a, b)))
    schema = pa.DataFrameSchema({column: pa.Column(nullable=True, checks=checks[column]) for column in COLUMNS}, checks=of_table)

    def validate():
        try:
            schema.validate(pl.read_parquet(path), lazy=True)
            return len(EXPECTATIONS)
        except pa.errors.SchemaErrors as errors:
            return len(EXPECTATIONS) - len({(error.schema.name, str(error.check)) for error in errors.schema_errors})

    return timed(validate)


def duckdb(path):
    import duckdb

    def sql(each):
        kwargs = each["kwargs"]
        column, least, most = kwargs.get("column"), kwargs.get("min_value"), kwargs.get("max_value")
        breaks = "count(*) filter (not {})".format
        match kind(each):
            case "row_count":
                return "count(*)"
            case "columns_to_match_ordered_list":
                return "0"
            case "values_to_not_be_null":
                return f"count(*) - count({column})"
            case "values":
                return breaks(f"({column} between {least} and {most})")
            case "values_to_be_in_set":
                return breaks(f"({column} in ({','.join(map(repr, kwargs['value_set']))}))")
            case "values_to_match_regex":
                return breaks(f"regexp_matches({column}, '{kwargs['regex']}')")
            case "value_lengths":
                return breaks(f"(length({column}) between {least} and {most})")
            case "unique_value_count":
                return f"count(distinct {column})"
            case aggregate:
                return f"{ {'mean': 'avg', 'stdev': 'stddev_samp'}.get(aggregate, aggregate)}({column})"

    connection = duckdb.connect()
    connection.execute("set threads = 2")
    query = f"select {', '.join(map(sql, EXPECTATIONS))} from '{path}'"
    return timed(lambda: connection.execute(query).fetchone())


def polars(path):
    import polars as pl

    def expression(each):
        kwargs = each["kwargs"]
        x, (least, most) = pl.col(kwargs.get("column", "n0")), range_of(kwargs)
        match kind(each):
            case "row_count":
                return pl.len()
            case "columns_to_match_ordered_list":
                return pl.lit(0)
            case "values_to_not_be_null":
                return x.null_count()
            case "values":
                return (~x.is_between(least, most)).sum()
            case "values_to_be_in_set":
                return (~x.is_in(kwargs["value_set"])).sum()
            case "values_to_match_regex":
                return (~x.str.contains(kwargs["regex"])).sum()
            case "value_lengths":
                return (~x.str.len_chars().is_between(least, most)).sum()
            case "unique_value_count":
                return x.drop_nulls().n_unique()
            case aggregate:
                return getattr(x, {"stdev": "std"}.get(aggregate, aggregate))()

    expressions = [expression(each).alias(str(at)) for at, each in enumerate(EXPECTATIONS)]
    return timed(lambda: pl.scan_parquet(path).select(expressions).collect(engine="streaming").row(0))


PEERS = {"Great Expectations on pandas": great_expectations, "pandera on Polars": pandera, "DuckDB": duckdb, "Polars, streaming": polars}


def same(peer, ours):
    """Every number; of Great Expectations whether it holds, too; of pandera how many hold."""
    our = observed(ours["results"])
    if isinstance(peer, int):
        assert peer == sum(holds for holds, _ in our), (peer, our)
        return
    for each, theirs, (holds, value) in zip(EXPECTATIONS, peer, our, strict=True):
        if isinstance(theirs, tuple):
            assert theirs[0] == holds, (each, theirs, value)
            theirs = theirs[1]
        elif each["type"].endswith("ordered_list"):
            continue
        if isinstance(theirs, datetime.datetime) or isinstance(theirs, str):
            assert moment(str(theirs)) == moment(value), (each, theirs, value)
        elif isinstance(theirs, (int, float)):
            assert math.isclose(theirs, value, rel_tol=1e-9), (each, theirs, value)
        else:
            assert theirs == value, (each, theirs, value)


def peak(process="self"):
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["alone"]:
        PEERS[arguments[1]](arguments[2])()
        print(f"  {arguments[1]:<44} {peak():7.0f} MiB", flush=True)
        sys.exit()
    rows = next((int(argument) for argument in arguments if argument.isdecimal()), 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        write(table, rows)
        ours = Ours("peer_validate", table, SUITE, threads=2)
        if "memory" in arguments:
            print(f"resident at the most, {rows:,} rows, file of {table.stat().st_size / 2**20:.0f} MiB")
            ours("stream")
            print(f"  {'ours':<44} {peak(ours.process.pid):7.0f} MiB", flush=True)
            for name in PEERS:
                subprocess.run([sys.executable, __file__, "alone", name, str(table)], check=True)
        else:
            compare(f"{len(EXPECTATIONS)} expectations, {rows:,} rows", lambda: ours("stream"),
                    {name: peer(str(table)) for name, peer in PEERS.items()}, same, rounds=7)
        ours.close()
