"""Detectors on a stream beside River or Frouros, each called from Python value by value, whichever is installed.

    python benches/peers/streams.py
"""
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from rounds import Ours, compare, timed


def same(peer, ours):
    assert peer == ours, f"alarms at {peer[:5]} and at {ours[:5]}"


def river():
    from river import drift
    from river.drift import binary

    def alarms(make, stream):
        def run():
            detector, found = make(), []
            for place, value in enumerate(stream):
                detector.update(value)
                if detector.drift_detected:
                    found.append(place)
            return found
        return run

    kswin = lambda: drift.KSWIN(window_size=60, stat_size=30, seed=1)
    detectors = {"ddm": binary.DDM, "eddm": binary.EDDM, "hddm_a": binary.HDDMA, "hddm_w": binary.HDDMW, "fhddm": binary.FHDDM,
                 "adwin": drift.ADWIN, "page_hinkley": drift.PageHinkley, "kswin": kswin}
    return detectors, alarms


def frouros():
    import frouros.detectors.concept_drift as concept

    def alarms(make, stream):
        def run():
            detector, found = make(), []
            for place, value in enumerate(stream):
                detector.update(value=value)
                if detector.drift:
                    found.append(place)
                    # RDDM goes on by itself, with what it has kept.
                    if make is not concept.RDDM:
                        detector.reset()
            return found
        return run

    return {"cusum": concept.CUSUM, "ecdd": concept.ECDDWT, "rddm": concept.RDDM}, alarms


if __name__ == "__main__":
    random = np.random.default_rng(1)
    bits = (random.random(200_000) < .2).astype(float)
    numbers = np.round(random.normal(size=200_000), 3)
    on_numbers = ("adwin", "page_hinkley", "kswin", "cusum")
    with tempfile.TemporaryDirectory() as folder:
        bits.tofile(Path(folder) / "bits")
        numbers.tofile(Path(folder) / "numbers")
        ours = Ours("peer_streams", folder, threads=1)
        for library, peers in {"river": river, "frouros": frouros}.items():
            try:
                name = f"{library} {version(library)}"
            except PackageNotFoundError:
                print(f"no {library} here", file=sys.stderr)
                continue
            detectors, alarms = peers()
            for detector, make in detectors.items():
                # A window of Kolmogorov and Smirnov takes River long.
                length = 10_000 if detector == "kswin" else 200_000
                stream = numbers[:length].tolist() if detector in on_numbers else bits[:length].astype(int).tolist()
                source = "numbers" if detector in on_numbers else "bits"
                compare(f"{detector}, {length:,} updates", lambda: ours(f"{detector} {source} {length}"),
                        {name: timed(alarms(make, stream))}, same, 3)
        ours.close()
