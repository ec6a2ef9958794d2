"""The suite of the lifecycle example beside Great Expectations on pandas, on every flight of the year and on a damaged copy.

    python benches/peers/validate.py
"""
import json
import logging
import math
import tempfile

import great_expectations as gx
import pandas as pd

from rounds import FLIGHTS, ROOT, Ours, compare, timed

SUITE = json.loads((ROOT / "examples/lifecycle/suite.json").read_text())


def damaged(flights):
    """Null keys, a negative distance, an unknown carrier, a flight twice."""
    copy = flights.copy()
    copy.loc[70, "flight_id"] = None
    copy.loc[7, "flight_id"] = copy.loc[6, "flight_id"]
    copy["flight_id"] = copy["flight_id"].astype("Int64")
    copy.loc[[20, 21], "carrier"] = None
    copy.loc[40, "carrier"] = "ZZ"
    copy.loc[60, "distance"] *= -1
    return copy


def close(ours, theirs):
    if isinstance(theirs, float) and isinstance(ours, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9)
    return ours == theirs


def by_rule(results):
    """Great Expectations gives its results by column, we in the order of the suite."""
    return {(each["expectation_config"]["type"], each["expectation_config"]["kwargs"].get("column")): each for each in results}


def same(peer, ours):
    """Each expectation: whether it holds, how many rows break it, what was observed."""
    theirs, our = by_rule(peer["results"]), by_rule(ours["results"])
    assert peer["success"] == ours["success"] and theirs.keys() == our.keys() and len(our) == len(SUITE["expectations"])
    for rule, result in theirs.items():
        assert not result["exception_info"].get("raised_exception", True), (rule, result["exception_info"])
        assert result["success"] == our[rule]["success"], (rule, result, our[rule])
        for field in ("element_count", "missing_count", "unexpected_count", "unexpected_percent", "observed_value"):
            assert close(our[rule]["result"].get(field), result["result"].get(field)), (rule, field, result, our[rule])


def kwargs(expectation):
    """As the suite has them, but for dates: pandas compares instants only with instants."""
    instant = expectation["kwargs"].get("column") == "event_timestamp"
    return {name: pd.Timestamp(value, tz="UTC").to_pydatetime() if instant and name in ("min_value", "max_value") else value
            for name, value in expectation["kwargs"].items()}


if __name__ == "__main__":
    logging.disable()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    table = context.data_sources.add_pandas("pandas").add_dataframe_asset("table").add_batch_definition_whole_dataframe("whole")
    suite = gx.ExpectationSuite(name=SUITE["name"], expectations=[
        {"type": each["type"], "kwargs": kwargs(each), "severity": each["severity"]} for each in SUITE["expectations"]])

    def validate(frame):
        return table.get_batch(batch_parameters={"dataframe": frame}).validate(suite, result_format="SUMMARY")

    def answer(result):
        return result.to_json_dict()

    flights = pd.read_parquet(FLIGHTS / "flights.parquet")
    with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
        damaged(flights).to_parquet(file.name, index=False)
        for what, path in (("every flight", FLIGHTS / "flights.parquet"), ("a damaged copy", file.name)):
            frame, ours = pd.read_parquet(path), Ours("peer_validate", path, threads=2)
            print(f"{len(SUITE['expectations'])} expectations, {len(frame):,} rows: {what}")
            compare("from memory", lambda: ours("memory"), {
                f"Great Expectations {gx.__version__}": timed(lambda: validate(frame), answer)}, same, rounds=5)
            compare("from the Parquet file", lambda: ours("file"), {
                f"Great Expectations {gx.__version__}": timed(lambda: validate(pd.read_parquet(path)), answer)}, same, rounds=5)
            ours.close()
