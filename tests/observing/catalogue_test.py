#!/usr/bin/env python3
"""Runs before and after all other tests: every event of the catalogue was logged, and every metric shown, by the product
itself in one of them. tests/support/run_record.hpp and run_record.py write down what they have seen.

    catalogue_test.py begin FOLDER            forgets the last run
    catalogue_test.py compare FOLDER TEST...  77: not all of these have run, and TEST_RUN_IS_WHOLE is not set
"""

import collections
import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
# Labels whose values are names of the settings or of events; the values of the others are words of the code.
NAMES = {"directory", "next_hop", "redis", "event", "le"}
# Somebody's mistake in the code, or no memory: nobody can bring that about from outside the built gateway.
SURPRISES = {"session.fault", "server.fault", "cache.fault", "directory.fault"}


def catalogue(file: str, kind: str) -> set[str]:
    text = (ROOT / "src/observe" / file).read_text(encoding="utf-8")
    names = set(re.findall(rf'constexpr {kind} \w+\{{\s*"([^"]+)"', text))
    assert len(names) == text.count(f"constexpr {kind} ") > 30, f"{file} is not understood"
    return names


def parts(sample: str) -> tuple[str, dict[str, str]]:
    """`postern_auth_seconds_count{directory="people"}`: the metric, and its labels."""
    name, _, labels = sample.partition("{")
    return name, dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels))


class Record:
    def __init__(self, folder: Path):
        self.tests: set[str] = set()
        self.lines: dict[tuple[str, str], set[str]] = collections.defaultdict(set)
        for file in folder.glob("*.*"):
            self.tests.add(file.stem)
            for line in file.read_text(encoding="utf-8").splitlines():
                kind, origin, what = line.split(" ", 2)
                self.lines[kind, origin].add(what)

    def metrics(self, catalogue: set[str]) -> set[str]:
        """Those that the gateway has shown with more than 0; a histogram is what it has counted."""
        names = {parts(sample)[0] for sample in self.lines["more", "program"]}
        return {name for name in catalogue if {name, f"{name}_count"} & names}

    def values(self, kind: str, *origins: str) -> set[tuple[str, str, str]]:
        """Metric, label and value."""
        return {(name, label, value) for origin in origins for name, labels in map(parts, self.lines[kind, origin])
                if not name.endswith(("_bucket", "_sum"))
                for label, value in labels.items() if value and label not in NAMES}


def complaints(record: Record) -> list[str]:
    events, metrics = catalogue("events.hpp", "Event"), catalogue("metrics.hpp", "Metric")
    logged, surprised = record.lines["event", "program"], record.lines["event", "code"]
    shown, counted = record.values("zero", "program"), record.values("more", "program", "code")
    said = [f"no test has made the gateway log {name}" for name in sorted(events - SURPRISES - logged)]
    said += [f"no test has made the code log {name}" for name in sorted(SURPRISES - logged - surprised)]
    said += [f"{name} was logged and is not in the catalogue" for name in sorted((logged | surprised) - events)]
    said += [f"no test has made the gateway count {name}" for name in sorted(metrics - record.metrics(metrics))]
    said += ["no test has made the code count {}, where {} is {!r}".format(*each)
             for each in sorted(shown - counted)]
    return said


def compare(folder: Path, tests: list[str]) -> int:
    record = Record(folder)
    missing = sorted(set(tests) - record.tests)
    if missing:
        print("nothing to compare the catalogues with: not seen were", *missing)
        return 1 if os.environ.get("TEST_RUN_IS_WHOLE") else SKIPPED
    said = complaints(record)
    print("\n".join(said) or "all were logged and counted")
    return 1 if said else 0


def main(mode: str, folder: str, *tests: str) -> int:
    if mode == "compare":
        return compare(Path(folder), list(tests))
    shutil.rmtree(folder, ignore_errors=True)
    Path(folder).mkdir(parents=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
