"""Interleaved rounds: ours, peer, peer, ours, … on the same data, each answer compared before it counts."""
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLIGHTS = ROOT / "examples/data/flights"


class Ours:
    """A release example of this package, kept running: a line in is a round, a line out its time and answer."""

    def __init__(self, example, *arguments, threads):
        subprocess.run(["cargo", "build", "--quiet", "--release", "-p", "mlops-benches", "--example", example], cwd=ROOT, check=True)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        self.process = subprocess.Popen(
            [target / "release/examples" / example, *map(str, arguments)],
            env={**os.environ, "RAYON_NUM_THREADS": str(threads)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, operation="run"):
        self.process.stdin.write(operation + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["seconds"], answer["answer"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(work, answer=lambda done: done):
    """A peer in this process: `work` is timed, `answer` (what is compared) is not."""
    def round_of_it():
        start = time.perf_counter()
        done = work()
        return time.perf_counter() - start, answer(done)
    return round_of_it


def compare(what, ours, peers, same, rounds):
    """Prints how many times longer each peer takes than ours: the ratio of the medians, and the least and largest of a round.

    `peers` is a dict of name to round; `same(peer's answer, our answer)` raises if they differ. One round warms up.
    """
    seconds = {name: [] for name in ["ours", *peers]}
    for turn in range(rounds + 1):
        took, expected = ours()
        times = {"ours": took}
        for name, peer in peers.items():
            times[name], answer = peer()
            same(answer, expected)
        if turn:
            for name, took in times.items():
                seconds[name].append(took)
    print(f"{what}, {rounds} rounds, load {os.getloadavg()[0]:.1f}")
    for name in peers:
        ratios = [peer / our for peer, our in zip(seconds[name], seconds["ours"])]
        median = statistics.median(seconds[name]) / statistics.median(seconds["ours"])
        print(f"  {name:<44} {median:7.2f} x   ({min(ratios):.2f} to {max(ratios):.2f})", flush=True)
