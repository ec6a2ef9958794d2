"""Our registry on SQLite beside MLflow's own SQLite store, in process, without HTTP on either side.

    python benches/peers/registry.py       # or a number of batches a round, and of runs to search

Both flush at each commit: MLflow leaves SQLite as it comes, which is a rollback journal and `synchronous=FULL`.
"""
import itertools
import os
import sys
import tempfile
import threading

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from rounds import Ours, compare, timed

START = 1_700_000_000_000


SEARCHES = [
    (50, "", ""),
    (1000, "", ""),
    (50, "metrics.m0 > 0.5 AND params.p0 = '3'", "metrics.m1 DESC"),
    (50, "metrics.m0 > 0.5 AND metrics.m1 < 0.2", "metrics.m2 DESC"),
    (50, "params.p0 LIKE '%3%' AND tags.t0 = '3'", "metrics.m2 ASC"),
]


class MLflow:
    def __init__(self, folder):
        self.store = SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db", f"{folder}/artifacts")
        self.experiment = self.store.create_experiment("bench")
        self.run = self.store.create_run(self.experiment, "ana", START, [], "log").info.run_id
        self.steps, self.created = itertools.count(), itertools.count(1)
        self.logged, self.runs = 0, 1

    def log_batches(self, callers, count):
        def one():
            step = next(self.steps)
            metrics = [Metric(f"m{i}", step + i / 10, START + step, step) for i in range(10)]
            self.store.log_batch(self.run, metrics, [], [])
        shared(callers, count, one)
        self.logged += count
        return self.logged

    def seed(self, count):
        """As ours: five metrics, three parameters and two tags a run. Nothing is flushed for it: it is not timed."""
        from sqlalchemy import event
        event.listen(self.store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        self.store.engine.dispose()
        self.sought = self.store.create_experiment("sought")
        for i in range(count):
            run = self.store.create_run(self.sought, "ana", START + i, [], f"r{i}").info.run_id
            self.store.log_batch(
                run, [Metric(f"m{j}", (i * 7919 + j) % 1000 / 1000, START, 0) for j in range(5)],
                [Param(f"p{j}", str((i + j) % 10)) for j in range(3)], [RunTag(f"t{j}", str(i % 5)) for j in range(2)])

    def search(self, limit, condition, order):
        found = self.store.search_runs([self.sought], condition, ViewType.ACTIVE_ONLY, limit, [order] if order else None)
        return [run.info.run_name for run in found]

    def create_runs(self, callers, count):
        shared(callers, count, lambda: self.store.create_run(self.experiment, "ana", START + next(self.created), [], "bench"))
        self.runs += count
        return self.runs


def shared(callers, count, call):
    """`count` calls, taken by `callers` threads one after the other."""
    left, failed = itertools.count(), []

    def work():
        while next(left) < count:
            try:
                call()
            except Exception as error:
                failed.append(error)
                return
    threads = [threading.Thread(target=work) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def same(peer, ours):
    assert peer == ours, (peer, ours)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    many = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    for callers in (1, 8):
        with tempfile.TemporaryDirectory() as folder:
            ours, peer = Ours("peer_registry", folder, threads=2), MLflow(folder)
            print(f"MLflow {mlflow.__version__}, {callers} callers")
            compare(f"{count} batches of 10 metrics", lambda: ours(f"log_batch {callers} {count}"),
                    {"SqlAlchemyStore.log_batch": timed(lambda: peer.log_batches(callers, count))}, same, rounds=3)
            compare(f"{count} new runs", lambda: ours(f"create_run {callers} {count}"),
                    {"SqlAlchemyStore.create_run": timed(lambda: peer.create_runs(callers, count))}, same, rounds=3)
            ours.close()
    with tempfile.TemporaryDirectory() as folder:
        ours, peer = Ours("peer_registry", folder, threads=2), MLflow(folder)
        ours(f"seed {many}")
        peer.seed(many)
        for limit, condition, order in SEARCHES:
            compare(f"{limit} of {many} runs, {condition or 'any'}, {order or 'the newest first'}",
                    lambda: ours(f"search {limit};{condition};{order}"),
                    {"SqlAlchemyStore.search_runs": timed(lambda: peer.search(limit, condition, order))}, same, rounds=5)
        ours.close()
