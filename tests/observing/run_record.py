"""What the product has been seen to log and to show while the tests ran: tests/support/run_record.hpp, for tests in Python."""

import os
import re
import sys
from pathlib import Path

EVENT = re.compile(r'^(?:\{"time":"[^"]*","event":"|[0-9-]{10}T[0-9:.]{12}Z )([a-z.-]+)', re.M)
known: set[str] = set()


def add(lines: set[str]) -> None:
    folder = os.environ.get("TEST_RUN_RECORD")
    if not folder or not lines - known:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    with (Path(folder) / f"{Path(sys.argv[0]).stem}.{os.getpid()}").open("a", encoding="utf-8") as record:
        record.writelines(f"{line}\n" for line in sorted(lines - known))
    known.update(lines)


def add_log(log: str) -> None:
    add({f"event program {name}" for name in EVENT.findall(log)})


def add_metrics(samples: dict[str, float]) -> None:
    add({f"{'more' if value else 'zero'} program {name}" for name, value in samples.items()})
