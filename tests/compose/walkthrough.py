#!/usr/bin/env python3
"""Runs a page of documentation: each command of its ```sh and ```console blocks, in one shell and in their order.

    walkthrough.py PAGE [--seconds N]

In a console block `$ ` begins a command, `> ` continues it, and other lines are what is seen. A command with such lines
has to print them, `...` standing for anything, and alone on a line for any lines; one without has to succeed. Each
command has N seconds (180). The page ends where the heading "The end" begins.
"""

import argparse
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```$", re.M | re.S)
# What Docker writes to erase a line of a terminal that is not there.
ERASE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass
class Step:
    command: str
    expected: list[str] = field(default_factory=list)


def steps_of(page):
    page = page.split("\n## The end\n")[0]
    for kind, text in BLOCK.findall(page):
        if kind == "sh":
            yield Step(text.rstrip("\n"))
            continue
        step = None
        for line in text.splitlines():
            if line.startswith("$ "):
                if step:
                    yield step
                step = Step(line[2:])
            elif line.startswith("> ") and not step.expected:
                step.command += "\n" + line[2:]
            else:
                step.expected.append(line.rstrip())
        yield step


def pattern_of(expected):
    parts = [r"(?:.*\n)*" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in expected]
    return re.compile("".join(parts))


def seen(output):
    text = ERASE.sub("", output).replace("\r", "")
    return "".join(line.rstrip() + "\n" for line in text.splitlines())


class Shell:
    """One bash; what a command prints goes to a file, so that nothing it leaves behind can hold us up."""

    def __init__(self, folder):
        self.output = Path(folder) / "output"
        self.output.touch()
        read_end, self.write_end = os.pipe()
        self.statuses = os.fdopen(read_end)
        self.process = subprocess.Popen(["bash"], stdin=subprocess.PIPE, text=True, pass_fds=[self.write_end],
                                        start_new_session=True)
        os.close(self.write_end)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.statuses, selectors.EVENT_READ)

    def run(self, command, seconds):
        """Status and output; no status: it did not end in time, or ended the shell."""
        self.process.stdin.write(f"{{\n{command}\n}} </dev/null >'{self.output}' 2>&1\necho $? >&{self.write_end}\n")
        self.process.stdin.flush()
        line = self.statuses.readline() if self.selector.select(seconds) else ""
        return int(line) if line else None, self.output.read_text(encoding="utf-8", errors="replace")

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdin.close()
        self.selector.close()
        self.statuses.close()


def fault_of(step, status, output):
    if status is None:
        return "it did not end in time, or ended the shell"
    if step.expected:
        return None if pattern_of(step.expected).fullmatch(seen(output)) else "that is not what the page shows"
    return None if status == 0 else f"exit status {status}"


def run(page, seconds):
    steps = list(steps_of(page))
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(folder)
        try:
            for number, step in enumerate(steps, 1):
                began = time.monotonic()
                print(f"[{number}/{len(steps)}] $ {step.command}", flush=True)
                status, output = shell.run(step.command, seconds)
                fault = fault_of(step, status, output)
                if fault:
                    print("-- expected:\n" + "\n".join(step.expected) + f"\n-- seen:\n{seen(output)}--\n"
                          f"command {number} of the page, after {time.monotonic() - began:.1f} s: {fault}", flush=True)
                    return False
                shown = seen(output) if step.expected else ""
                print(f"{shown}    ({time.monotonic() - began:.1f} s)", flush=True)
        finally:
            shell.end()
    print(f"walk-through: {len(steps)} commands, {sum(bool(step.expected) for step in steps)} of them with what is seen")
    return bool(steps)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=Path)
    parser.add_argument("--seconds", type=int, default=180)
    arguments = parser.parse_args()
    return 0 if run(arguments.page.read_text(encoding="utf-8"), arguments.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
