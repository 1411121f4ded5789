#!/usr/bin/env python3
"""clang-tidy over src/ and backends/, and every header compiled alone; what was clean is remembered.

    tidy.py BUILD_FOLDER [--all] [PATH...]

A file is clean as long as nothing changes that its verdict depends on: itself, our headers it
includes, its compile command, .clang-tidy, this script, and the installed compiler and libraries. A
hash over all of that names an empty file in build/tidy-cache. --all forgets the cache; PATHs narrow
the run down to the files below them.
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "tidy-cache"
REMEMBERED_FOR = 30 * 24 * 3600
CLANG_TIDY = "clang-tidy-19"
COMPILER = "clang++-19"
OWN_INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.M)


def compile_flags(command):
    """The command without its compiler, output and input, and without the precompiled header: every
    file has to include what it uses."""
    words = shlex.split(command)
    flags = []
    skip = 0
    for word, after in zip(words[1:], words[2:] + [""]):
        if skip:
            skip -= 1
        elif word in ("-o", "-c"):
            skip = 1
        elif word == "-Xclang" and after in ("-include-pch", "-include"):
            skip = 3
        elif word != "-Winvalid-pch":
            flags.append(word)
    return flags


def compile_commands(build):
    """Source -> flags, for our own sources below src/ and backends/."""
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        if file.is_relative_to(ROOT / "src") or file.is_relative_to(ROOT / "backends"):
            commands.setdefault(file, compile_flags(entry["command"]))
    return commands


def headers_to_prove(commands):
    """The headers that no .cpp of their name includes first, with the flags of a neighbour."""
    by_folder = {file.parent: flags for file, flags in commands.items()}
    for folder, flags in by_folder.items():
        for header in sorted(folder.glob("*.hpp")):
            if header.with_suffix(".cpp") not in commands:
                yield header, flags


@lru_cache(maxsize=None)
def content(file):
    return file.read_bytes()


def ours(file, flags, seen):
    """The file and all of our headers that it includes, directly or not."""
    if file in seen:
        return
    seen.add(file)
    roots = [Path(flag[2:]) for flag in flags if flag.startswith("-I")]
    for included in OWN_INCLUDE.findall(content(file)):
        for root in roots:
            if (root / included.decode()).is_file():
                ours(root / included.decode(), flags, seen)
                break


@lru_cache(maxsize=None)
def surroundings():
    """What every verdict depends on: this script, the checks, and the packages that bring headers."""
    packages = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", "*-dev", "clang*-19"],
                              capture_output=True).stdout
    return content(Path(__file__)) + content(ROOT / ".clang-tidy") + packages


def fingerprint(file, flags):
    digest = hashlib.sha256(surroundings())
    digest.update("\0".join(flags).encode())
    seen = set()
    ours(file, flags, seen)
    for each in sorted(seen):
        digest.update(f"\0{each}\0".encode() + content(each))
    return digest.hexdigest()


def uses_asio(file, flags):
    seen = set()
    ours(file, flags, seen)
    return any(b"<boost/asio/" in content(each) for each in seen)


def tidy(file, flags):
    command = [CLANG_TIDY, "--quiet", f"--config-file={ROOT / '.clang-tidy'}", str(file)]
    if uses_asio(file, flags):
        # The static analyzer does not know coroutines: every co_await ends as a null pointer inside Asio.
        command.append("--checks=-clang-analyzer-*")
    return [*command, "--", *flags]


def compile_alone(header, flags):
    return [COMPILER, *flags, "-Werror", "-Wno-pragma-once-outside-header", "-fsyntax-only", "-x", "c++", str(header)]


NOISE = re.compile(r"^(\d+ warnings?.*generated\.|Suppressed .*|Use -header-filter.*|\d+ warnings? treated as errors?)\n",
                   re.M)


@dataclass(frozen=True)
class Job:
    file: Path
    command: list
    known: Path  # exists when the command was content with just this

    @staticmethod
    def of(file, flags, command):
        return Job(file, command(file, flags), CACHE / fingerprint(file, flags))

    def is_known(self):
        if not self.known.exists():
            return False
        self.known.touch()
        return True

    def judge(self, deadline):
        """Empty when clean, else what to show; None when it was too late to look."""
        if time.monotonic() > deadline:
            return None
        done = subprocess.run(self.command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode == 0:
            self.known.touch()
            return ""
        shown = NOISE.sub("", done.stdout + done.stderr).replace(f"{ROOT}/", "").strip()
        return shown or f"failed: {shlex.join(self.command)}"


def forget_old():
    for entry in CACHE.iterdir():
        if time.time() - entry.stat().st_mtime > REMEMBERED_FOR:
            entry.unlink()


def latest_first(jobs):
    """What was changed last is most likely to have something to show."""
    log = subprocess.run(["git", "log", "--format=", "--name-only", "-n", "500"], cwd=ROOT, capture_output=True, text=True)
    rank = {}
    for name in log.stdout.split("\n"):
        rank.setdefault(ROOT / name, len(rank))
    return sorted(jobs, key=lambda job: rank.get(job.file, len(rank)))


def main():
    parser = argparse.ArgumentParser(description="clang-tidy with a memory")
    parser.add_argument("build", type=Path)
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--all", action="store_true", help="look at unchanged files too")
    parser.add_argument("--minutes", type=float, default=float("inf"),
                        help="begin with none after so long; the files changed last come first")
    options = parser.parse_args()
    commands = compile_commands(options.build.resolve())
    if not commands:
        sys.exit("tidy: no sources in compile_commands.json")

    jobs = [Job.of(file, flags, tidy) for file, flags in commands.items()]
    jobs += [Job.of(file, flags, compile_alone) for file, flags in headers_to_prove(commands)]
    below = [path.resolve() for path in options.paths]
    if below:
        jobs = [job for job in jobs if any(job.file.is_relative_to(path) for path in below)]

    CACHE.mkdir(parents=True, exist_ok=True)
    forget_old()
    changed = latest_first(job for job in jobs if options.all or not job.is_known())
    deadline = time.monotonic() + 60 * options.minutes
    failed = late = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for job, problems in zip(changed, pool.map(lambda job: job.judge(deadline), changed)):
            if problems is None:
                late += 1
            elif problems:
                failed += 1
                print(f"== {job.file.relative_to(ROOT)}\n{problems}\n", flush=True)
    print(f"{len(jobs)} files, {len(jobs) - len(changed)} of them unchanged, {failed} with problems, "
          f"{late} not looked at for want of time")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
