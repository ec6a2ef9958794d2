"""Records what MLflow has written of a small shop of models, and what MLflow itself answers about it.

    python record.py NAME database|folder

In a virtual environment with `mlflow==3.17.2`, `2.16.2` or `1.30.1` and scikit-learn, with
`/srv/mlflow` free to be written: that is where the artifacts lie, as their URIs say. Makes
`NAME.sql` (the database as SQL) or `NAME/` (the folder) here, `NAME.artifacts/` where they lie
apart, and `NAME.json` with MLflow's answers.
"""

import hashlib
import json
import math
import os
import pathlib
import shutil
import sqlite3
import sys

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from mlflow.tracking import MlflowClient

HERE = pathlib.Path(__file__).resolve().parent
HOME = pathlib.Path("/srv/mlflow")
MAJOR = int(mlflow.__version__.split(".")[0])
START = 1_364_774_400_000  # 2013-04-01


def started(client, experiment, name, minute, tags=None, user="ana"):
    all_tags = {"mlflow.user": user, **(tags or {})}
    if name is not None:
        all_tags["mlflow.runName"] = name
    return client.create_run(experiment, start_time=START + minute * 60_000, tags=all_tags).info.run_id


def ended(client, run, minute, status="FINISHED"):
    client.set_terminated(run, status, end_time=START + minute * 60_000)


def model_files(folder):
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]], [0, 1, 1])
    from mlflow.models.signature import infer_signature
    import pandas as pd

    inputs = pd.DataFrame({"distance": [1.0, 2.0], "dep_time": [3.0, 4.0]})
    shutil.rmtree(folder, ignore_errors=True)
    mlflow.sklearn.save_model(
        model, folder, signature=infer_signature(inputs, model.predict(inputs.to_numpy())),
        pip_requirements=["scikit-learn"],
    )


def tracking(client):
    delays = client.create_experiment("delays", **({"tags": {"team": "pricing", "mlflow.note.content": "Who is late?\n**Daily.**"}} if MAJOR > 1 else {}))
    sizes = client.create_experiment("größe/neu")
    gone = client.create_experiment("old tries")

    sweep = started(client, delays, "sweep", 0, {"mlflow.note.content": "Depth of the trees"})
    client.log_batch(sweep, params=[Param("trees", "100"), Param("space", "a b\tc"), Param("größe", "ü")],
                     tags=[RunTag("lines", "one\ntwo"), RunTag("mlflow.source.git.commit", "a" * 40)])
    children = []
    for i, depth in enumerate([3, 7]):
        child = started(client, delays, f"depth {depth}", 1 + i, {"mlflow.parentRunId": sweep})
        client.log_param(child, "depth", depth)
        points = [Metric("val/auc", 0.5 + 0.01 * step * (i + 1), START + step * 1000, step) for step in range(30)]
        points += [Metric("loss", value, START + at, step) for value, at, step in [
            (0.1, 5, -3), (math.nan, 6, 0), (math.inf, 7, 1), (-math.inf, 8, 2), (-0.0, 9, 3), (5e-324, 9, 4),
            (1.7976931348623157e308, 10, 5), (0.30000000000000004, 11, 6), (0.2, 12, 6), (0.1, 12, 6)]]
        points += [Metric("last is nan", 1.0, START, 0), Metric("last is nan", math.nan, START, 1)]
        client.log_batch(child, metrics=points)
        ended(client, child, 10 + i)
        children.append(child)
    ended(client, sweep, 20)

    abroad = started(client, sizes, "of a sweep elsewhere", 30, {"mlflow.parentRunId": sweep}, user="ben")
    ended(client, abroad, 31, "FAILED")
    killed = started(client, sizes, "getötet", 32)
    ended(client, killed, 33, "KILLED")
    running = started(client, sizes, None, 34)
    client.log_metric(running, "speed", 1.5, timestamp=START, step=2**40)
    deleted = started(client, delays, "a mistake", 40)
    client.log_param(deleted, "depth", "-1")
    ended(client, deleted, 41)
    client.delete_run(deleted)
    lost = started(client, gone, "lost", 50)
    client.log_metric(lost, "auc", 0.5, timestamp=START, step=0)
    ended(client, lost, 51)
    client.delete_experiment(gone)

    if MAJOR > 1:
        from mlflow.entities import Dataset, DatasetInput, InputTag

        flights = Dataset("flights.parquet", "9f86d081", "s3", '{"uri": "s3://lake/flights.parquet"}',
                          '{"mlflow_colspec": [{"type": "double", "name": "distance"}]}', '{"num_rows": 336776}')
        weather = Dataset("weather", "0a1b2c3d", "local", '{"uri": "weather.csv"}')
        tag = [InputTag("mlflow.data.context", "training"), InputTag("by", "ana")]
        for run in children:
            client.log_inputs(run, [DatasetInput(flights, tag), DatasetInput(weather, [])])

    folder = HOME / "files"
    (folder / "plots" / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "notes.txt").write_text("what was seen\n")
    (folder / "plots" / "roc.svg").write_text("<svg/>")
    (folder / "plots" / "deep" / "bytes.bin").write_bytes(bytes(range(256)))
    client.log_artifacts(sweep, str(folder))
    for run in children:
        client.log_text(run, "late\n", "evaluation/late.txt")
        model_files(HOME / "model")
        client.log_artifacts(run, str(HOME / "model"), "model")
    return delays, sweep, children


def models(client, children):
    name = "flight-delay"
    client.create_registered_model(name, tags={"owner": "ana"}, description="How late?\nIn minutes.")
    uri = {run: client.get_run(run).info.artifact_uri for run in children}
    first, second = children
    made = [
        client.create_model_version(name, f"{uri[first]}/model", first, tags={"trees": "100"}, description="the first"),
        client.create_model_version(name, f"{uri[second]}/model", second),
        client.create_model_version(name, "s3://elsewhere/model", run_id=None, description="from another place"),
        client.create_model_version(name, f"{uri[second]}/model", second),
        client.create_model_version(name, f"{uri[first]}/model", first),
    ]
    client.delete_model_version(name, made[3].version)
    for version, stage in [(1, "Archived"), (2, "Production"), (3, "Staging")]:
        client.transition_model_version_stage(name, str(version), stage)
    if MAJOR > 1:
        client.set_registered_model_alias(name, "champion", "2")
        client.set_registered_model_alias(name, "challenger", "5")
        client.set_registered_model_alias(name, "production", "2")
    client.set_model_version_tag(name, "2", "checked by", "ben")
    client.create_registered_model("shop.prices.mean")


def logged_model(client, delays):
    """What MLflow 3 has beside runs: a model with a folder of its own."""
    if MAJOR < 3:
        return
    run = started(client, delays, "with a model of its own", 60)
    logged = client.create_logged_model(delays, "own", source_run_id=run, tags={"by": "ana"}, params={"trees": "7"})
    model_files(HOME / "model")
    client.log_model_artifacts(logged.model_id, str(HOME / "model"))
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_metric(run, "auc", 0.9, timestamp=START, step=1, model_id=logged.model_id)
    ended(client, run, 61)
    client.create_model_version("shop.prices.mean", logged.artifact_location, run, model_id=logged.model_id)


def number(value):
    return value if math.isfinite(value) else repr(value)


def files(root):
    root = pathlib.Path(root.replace("file://", ""))
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def has_registry(kind):
    """Whether that version of MLflow keeps models there."""
    return MAJOR > 1 or kind == "database"


def answers(client, kind):
    told = {"mlflow": mlflow.__version__, "experiments": [], "runs": [], "models": [], "versions": []}
    search = getattr(client, "search_experiments", None)
    for experiment in search(view_type=ViewType.ALL):
        told["experiments"].append({
            "id": experiment.experiment_id, "name": experiment.name, "stage": experiment.lifecycle_stage,
            "created": experiment.creation_time, "tags": dict(experiment.tags),
        })
    ids = [experiment["id"] for experiment in told["experiments"]]
    for run in client.search_runs(ids, run_view_type=ViewType.ALL):
        info, data = run.info, run.data
        history = {
            key: [[m.timestamp, number(m.value), m.step] for m in client.get_metric_history(info.run_id, key)]
            for key in data.metrics
        }
        inputs = [
            {
                "name": i.dataset.name, "digest": i.dataset.digest, "source_type": i.dataset.source_type,
                "source": i.dataset.source, "schema": i.dataset.schema, "profile": i.dataset.profile,
                "tags": {t.key: t.value for t in i.tags},
            }
            for i in (run.inputs.dataset_inputs if MAJOR > 1 and run.inputs else [])
        ]
        told["runs"].append({
            "id": info.run_id, "experiment": info.experiment_id, "name": data.tags.get("mlflow.runName"),
            "status": info.status, "stage": info.lifecycle_stage, "user": info.user_id,
            "start": info.start_time, "end": info.end_time, "params": data.params,
            "metrics": {key: number(value) for key, value in data.metrics.items()},
            "history": history, "tags": data.tags, "inputs": inputs, "files": files(info.artifact_uri),
        })
    for model in client.search_registered_models() if has_registry(kind) else []:
        told["models"].append({
            "name": model.name, "description": model.description, "tags": model.tags,
            "created": model.creation_timestamp, "aliases": dict(getattr(model, "aliases", {}) or {}),
        })
        for version in client.search_model_versions(f"name='{model.name}'"):
            version = client.get_model_version(model.name, version.version)
            source = version.source or ""
            told["versions"].append({
                "name": version.name, "version": int(version.version), "stage": version.current_stage,
                "description": version.description, "tags": version.tags, "run": version.run_id or None,
                "source": source, "created": version.creation_timestamp, "user": version.user_id,
                "files": files(source) if source.startswith(("/", "file:", ".")) else {},
            })
    return told


def main():
    name, kind = sys.argv[1], sys.argv[2]
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    os.chdir(HOME)
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    uri = f"sqlite:///{HOME}/mlflow.db" if kind == "database" else f"file://{HOME}/mlruns"
    mlflow.set_tracking_uri(uri)
    client = MlflowClient(tracking_uri=uri)
    delays, sweep, children = tracking(client)
    if has_registry(kind):
        models(client, children)
    logged_model(client, delays)
    told = answers(client, kind)
    (HERE / f"{name}.json").write_text(json.dumps(told, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    target = HERE / name
    shutil.rmtree(target, ignore_errors=True)
    if kind == "folder":
        shutil.copytree(HOME / "mlruns", target)
    else:
        database = sqlite3.connect(HOME / "mlflow.db")
        (HERE / f"{name}.sql").write_text("\n".join(database.iterdump()) + "\n")
        artifacts = HERE / f"{name}.artifacts"
        shutil.rmtree(artifacts, ignore_errors=True)
        shutil.copytree(HOME / "mlruns", artifacts)


main()
