"""Recording and exposing metrics beside the Python client of Prometheus, one thread each.

    python benches/peers/metrics.py
"""
import prometheus_client as client

from rounds import Ours, compare, timed

PREDICTIONS = 100_000
LABELS = ["model_name", "model_version", "prediction_type"]
client.disable_created_metrics()


def families(registry):
    return (client.Counter("model_predictions_total", "h", LABELS, registry=registry),
            client.Histogram("model_prediction_latency_seconds", "h", LABELS[:2], buckets=[.01, .05, .1, .5, 1, 2, 5], registry=registry),
            client.Summary("prediction_confidence", "h", LABELS[:2], registry=registry))


def samples(text):
    return [line for line in text.decode().splitlines() if not line.startswith("#")]


def looked_up():
    """As the guide records a prediction: three calls, each by its labels."""
    predictions, latency, confidence = families(registry := client.CollectorRegistry())
    for _ in range(PREDICTIONS // 2):
        for answer in ("x", "y"):
            predictions.labels(model_name="m", model_version="1.0.0", prediction_type=answer).inc()
            confidence.labels(model_name="m", model_version="1.0.0").observe(.75)
            latency.labels(model_name="m", model_version="1.0.0").observe(.03)
    return client.generate_latest(registry)


def resolved():
    """The same with the series resolved before."""
    predictions, latency, confidence = families(registry := client.CollectorRegistry())
    counters = [predictions.labels("m", "1.0.0", answer) for answer in ("x", "y")]
    latency, confidence = latency.labels("m", "1.0.0"), confidence.labels("m", "1.0.0")
    for _ in range(PREDICTIONS // 2):
        for counter in counters:
            counter.inc()
            confidence.observe(.75)
            latency.observe(.03)
    return client.generate_latest(registry)


def same(peer, ours):
    assert peer == ours, (peer[:5], ours[:5])


if __name__ == "__main__":
    from importlib.metadata import version
    name = f"prometheus_client {version('prometheus_client')}"
    ours = Ours("peer_metrics", PREDICTIONS, threads=1)
    wide = client.CollectorRegistry()
    counter = families(wide)[0]
    for i in range(1_000):
        counter.labels("m", str(i), "x").inc(i + .5)
    compare(f"recording {PREDICTIONS:,} predictions", lambda: ours("record"),
            {f"{name}, labels each time": timed(looked_up, samples), f"{name}, series resolved": timed(resolved, samples)}, same, rounds=7)
    compare("a scrape of 1,000 series", lambda: ours("scrape"),
            {name: timed(lambda: client.generate_latest(wide), samples)}, same, rounds=15)
    ours.close()
