#!/usr/bin/env python3
"""What MLflow 3.17.2 answers to filters and orders over a set of runs: writes runs.json,
answers.json and refused.json beside this file.

    python -m venv v && v/bin/pip install mlflow==3.17.2 && v/bin/python record.py

The runs are drawn with a fixed seed, so that the files come out the same."""
import itertools
import json
import math
import os
import random
import tempfile

from mlflow.entities import Metric, Param, RunStatus, RunTag, ViewType
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

HERE = os.path.dirname(os.path.abspath(__file__))
NUMBERS = [math.nan, math.inf, -math.inf, 0.0, 0.5, 1.0, -1.5, 1e-9, 12345.678]
TEXTS = ["", "a", "A", "b", "B", "é", "É", "50%", "50", "it's", 'say "x"', "a_b", "aXb", "日本", " a"]
draw = random.Random(7)


def maybe(choices, chance=0.7):
    return draw.choice(choices) if draw.random() < chance else None


def number(value):
    return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def runs():
    for i in range(60):
        yield {
            "name": draw.choice(TEXTS[1:]),
            "user": draw.choice(["ana", "ben"]),
            "start": 1700000000000 + draw.randrange(5) * 1000,
            "end": maybe([1700000010000, 1700000020000], 0.5),
            "status": draw.choice(["FINISHED", "FAILED", "KILLED"]),
            "deleted": draw.random() < 0.15,
            # The latest point is the one of the highest step.
            "metrics": {m: [number(draw.choice(NUMBERS)) for _ in range(draw.randrange(1, 4))] for m in ("m0", "m1", "a b") if draw.random() < 0.8},
            "params": {p: v for p in ("p0", "p1", "a/b") if (v := maybe(TEXTS)) is not None},
            "tags": {t: v for t in ("t0", "mlflow.note", "é") if (v := maybe(TEXTS)) is not None},
        }


def clauses():
    numbers = ["0", "0.5", "1", "-1.5", ".5", "1e-9", "12345.678", "-0"]
    for m, op, n in itertools.product(["metrics.m0", "metric.m1", "metrics.`a b`"], ["=", "!=", "<", "<=", ">", ">="], numbers):
        yield f"{m} {op} {n}"
    for p, op, t in itertools.product(["params.p0", "parameter.`a/b`", "tags.t0", 'tag."é"', "tags.mlflow.note", "run_name"], ["=", "!=", "LIKE", "ilike"],
                                      ["''", "'a'", "'A'", "'b%'", "'%b'", '"it\'s"', "'50%'", "'a_b'", "'é'", "'%'", "'日_'", "' a'", "'none'"]):
        yield f"{p} {op} {t}"
    for p in ["params.p0", "tags.t0", "params.none", "tags.`none`"]:
        yield f"{p} IS NULL"
        yield f"{p} is not null"
    for a, op, t in itertools.product(["start_time", "attributes.end_time", "created"], ["=", "!=", "<", "<=", ">", ">="], [1700000001000, 1700000010000, 0]):
        yield f"{a} {op} {t}"
    for s in ["FINISHED", "FAILED", "RUNNING"]:
        yield f"status = '{s}'"
        yield f"attr.status != '{s}'"
    for u in ["ana", "ben", "Ana"]:
        yield f"run.user_id = '{u}'"
        yield f"user_id ILIKE '{u}%'"


ORDERS = [["metrics.m0"], ["metrics.m0 DESC"], ["metrics.`a b` DESC", "params.p0"], ["params.p0"], ["params.p0 DESC"], ["tags.t0 DESC"], ['tags."é" ASC', "metric.m1 DESC"],
          ["start_time"], ["end_time DESC"], ["status", "metrics.m1"], ["run_name desc"], ["user_id ASC", "Created"], ["metrics.none DESC"], []]

REFUSED = """metrics.a-b > 1|metrics.a/b > 1|metrics.a:b > 1|metrics.a$b > 1|metrics.a#b > 1|metrics.a@b > 1|metrics.1 > 1|metrics.x > +5|metrics.x > 1e+5|metrics.x > 0x1F|metrics.x > 1_000|metrics . x > 1
params.x = `a`|params.x = a|run name = 'x'|status IN ('a')|run_id IN ()|run_id IN (1)|tags.x IS  NOT  NULL|a = 1|params.x='1' OR params.y='2'|(params.x='1')|NOT params.x='1'|params.x = '1';|params.x = '1' -- c
/* c */ params.x='1'|start_time > '5'|metrics.x == 1|metrics.x <> 1|params.x > '1'|params.x NOT LIKE 'a'|params.x RLIKE 'a'|'1' = params.x|1 < metrics.x|metrics.x BETWEEN 1 AND 2|dataset.foo='a'|Metrics.x > 1|params.x = 5
params.x = '1' && params.y='2'|params.x = '1', params.y = '2'|attributes.start_time IN (1)|metrics.x >|metrics.x|> 1|metrics.x > 1 > 2|metrics.x > 'a'|params.x = '1' AND (params.y = '2')|lifecycle_stage='active'|experiment_id='1'
metrics.x=NULL|params.x = “a”|  |metrics.x LIKE 'a'|metrics.x IN ('a')|params.x IN ('a')|start_time LIKE '1'|start_time IS NULL|metrics.x IS NULL|run_id IS NULL|status > 'a'|params.x = 'a|params.x = "a|metrics.x = '1'|foo.x = 'a'|params = 'a'|datasets.name > 'a'""".replace("\n", "|").split("|")

REFUSED_ORDERS = ["run name", "metrics.x FOO", "metrics.x DESC DESC", "", "x", "params.x, params.y", "metrics.x NULLS LAST", "tags.a/b", "'metrics.x' DESC", "experiment_id", "lifecycle_stage", "`run name`", "timestamp"]


def main():
    folder = tempfile.mkdtemp()
    store = SqlAlchemyStore(f"sqlite:///{folder}/x.db", folder)
    experiment = store.create_experiment("e")
    made, ids = list(runs()), []
    for run in made:
        r = store.create_run(experiment, run["user"], run["start"], [], run["name"]).info.run_id
        ids.append(r)
        metrics = [Metric(m, float(str(v).replace("Infinity", "inf")), 1, step) for m, values in run["metrics"].items() for step, v in enumerate(values)]
        store.log_batch(r, metrics, [Param(k, v) for k, v in run["params"].items()], [RunTag(k, v) for k, v in run["tags"].items()])
        store.update_run_info(r, RunStatus.from_string(run["status"]), run["end"], None)
        if run["deleted"]:
            store.delete_run(r)
    views = {"active": ViewType.ACTIVE_ONLY, "deleted": ViewType.DELETED_ONLY, "all": ViewType.ALL}
    every = list(clauses())
    asked = [(f, [], "all") for f in every]
    asked += [("", order, view) for order in ORDERS for view in views]
    asked += [(" AND ".join(draw.sample(every, draw.choice([2, 2, 3]))), draw.choice(ORDERS), draw.choice(list(views))) for _ in range(200)]
    answers = []
    for f, order, view in asked:
        found = store.search_runs([experiment], f, views[view], 1000, order)
        answers.append({"filter": f, "order": order, "view": view, "found": [ids.index(r.info.run_id) for r in found]})
    refused = {"filters": [], "orders": []}
    for kind, texts in (("filters", REFUSED), ("orders", REFUSED_ORDERS)):
        for text in texts:
            try:
                store.search_runs([experiment], text if kind == "filters" else "", ViewType.ALL, 10, [text] if kind == "orders" else [])
            except Exception:
                refused[kind].append(text)
    for name, value in (("runs", made), ("answers", answers), ("refused", refused)):
        with open(os.path.join(HERE, name + ".json"), "w") as file:
            file.write("[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in value) + "\n]\n" if isinstance(value, list) else json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    print(len(made), "runs", len(answers), "answers", len(refused["filters"]), "of", len(REFUSED), "filters refused", len(refused["orders"]), "of", len(REFUSED_ORDERS))
    print([t for t in REFUSED if t not in refused["filters"]], [t for t in REFUSED_ORDERS if t not in refused["orders"]])


main()
