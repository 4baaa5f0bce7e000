"""Runs again and again on a newsroom that prints nothing new: memory, open files and the database must not grow.

    python benchmarks/soak.py --runs 2000

All runs are made in this one process, so that what leaks is seen; cron's runs are a process each. Every fiftieth is
followed by what an upgrade does: everything is read again by another version. Exit code 1 when a measure at the end is
more than its tolerance above what it was after the first tenth of the runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from db import Store
from jehyu import stages
from jehyu.demo import Newsroom, load_stories
from jehyu.demo.labels import LabelReader
from jehyu.settings import Settings

OUTLETS = ("saebyeok", "didim", "doore")
UPGRADE_EVERY = 50
TOLERANCE = {"memory MB": 20.0, "open files": 0.0, "database KB per run": 1.0}


def measure(database: Path) -> dict[str, float]:
    status = Path("/proc/self/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    files = [path for path in database.parent.iterdir() if path.name.startswith(database.name)]
    return {
        "memory MB": resident / 1024,
        "open files": len(list(Path("/proc/self/fd").iterdir())),
        "database KB": sum(path.stat().st_size for path in files) / 1024,
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=2000)
    runs = options.parse_args().runs
    stages.crawler_settings = lambda _: {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}
    stories = [story for story in load_stories() if story.outlet in OUTLETS]
    taken: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder, Newsroom(first_port=0, stories=stories) as newsroom:
        database, reader, begun = Path(folder) / "news.db", LabelReader(), time.monotonic()
        for number in range(runs + 1):
            report = stages.run(database, newsroom.sources(*OUTLETS), Settings(), reader=reader)  # type: ignore[arg-type]
            if number and (report.new or report.changed or report.outcome):
                print(f"run {number} found something: {report.summary()}")
                return 1
            if number % UPGRADE_EVERY == UPGRADE_EVERY - 1:
                reader = upgraded(database, number)
            taken.append(measure(database))
            if number % max(1, runs // 10) == 0:
                print(number, {name: round(value, 1) for name, value in taken[-1].items()}, flush=True)
        print(f"{runs} runs, {(time.monotonic() - begun) / runs:.2f} s each")
    return judge(taken, runs)


def upgraded(database: Path, number: int) -> LabelReader:
    """A reader of another version, which has read everything again and found the same."""
    reader = LabelReader(f"labels-{number}")
    with closing(Store(database)) as store:
        read = stages.extract(store, reader, Settings(), reread=True)  # type: ignore[arg-type]
        found = store.resolve()
        assert read.read and not (found.new or found.changed or found.withdrawn), (read, found)
    return reader


def judge(taken: list[dict[str, float]], runs: int) -> int:
    tenth = max(1, runs // 10)
    early, late = taken[1 : tenth + 1], taken[-tenth:]
    growth = {name: median(one[name] for one in late) - median(one[name] for one in early) for name in taken[0]}
    # Each run is a row of `runs` and one a source of `run_sources`; nothing else may be added.
    growth["database KB per run"] = growth.pop("database KB") / max(1, len(taken) - 2 * tenth)
    print("growth:", {name: round(value, 2) for name, value in growth.items()})
    return int(any(growth[name] > most for name, most in TOLERANCE.items()))


if __name__ == "__main__":
    sys.exit(main())
