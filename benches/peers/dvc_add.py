"""Our `Cache::add` beside `dvc add`, in process: the same files into a new cache, each time a new copy of them.

    python benches/peers/dvc_add.py       # or a number of small files, and of megabytes of the large one

Ours flushes what it has written to the disk before it says so; DVC does not.
"""
import contextlib
import io
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ["DVC_NO_ANALYTICS"] = "1"

import dvc
from dvc.repo import Repo

from rounds import Ours, compare, timed


def quiet():
    return contextlib.redirect_stdout(io.StringIO())


class Projects:
    """New projects with the same data in them: DVC remembers the digests of files that it has seen."""

    def __init__(self, folder, data):
        self.folder, self.data, self.number = Path(folder), data, itertools.count()

    def new(self):
        project = self.folder / str(next(self.number))
        project.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=project, check=True)
        with quiet(), Repo.init(str(project)):
            pass
        copy = shutil.copytree if self.data.is_dir() else shutil.copy2
        copy(self.data, project / "data")
        os.sync()
        return project


def ours_adds(ours, projects):
    project = projects.new()
    answer = ours(f"add {project}/data")
    shutil.rmtree(project)
    return answer


def dvc_adds(projects):
    project = projects.new()
    os.chdir(project)
    with quiet(), Repo(".") as repo:
        seconds, _ = timed(lambda: repo.add(["data"]))()
    text = Path("data.dvc").read_text()
    os.chdir("/")
    shutil.rmtree(project)
    return seconds, text


def same(peer, ours):
    assert peer == ours, (peer, ours)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    dice = random.Random(1)
    print(f"dvc {dvc.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours("peer_dvc", threads=2)
        small, large = Path(folder, "small"), Path(folder, "large")
        for number in range(count):
            path = small / f"{number % 20}" / f"{number}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(dice.randbytes(dice.randrange(1000, 20_000)))
        with large.open("wb") as file:
            for _ in range(megabytes):
                file.write(dice.randbytes(1_000_000))
        for what, data in [(f"{count} files of 1 to 20 kB", small), (f"a file of {megabytes} MB", large)]:
            projects = Projects(folder, data)
            compare(f"add {what}", lambda: ours_adds(ours, projects), {"dvc add": lambda: dvc_adds(projects)}, same, rounds=3)
            for left in Path(folder).glob("[0-9]*"):
                shutil.rmtree(left)
        ours.close()
