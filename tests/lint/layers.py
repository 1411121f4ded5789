"""Holds every #include of src/ and backends/ to the floors of the house.

The tables below are the rule; CONTRIBUTING.md says in words why it is so. `check(root)` returns one
sentence for every line that breaks it. A folder or a third-party header that stands in no table is an
error as well: whoever adds one decides here where it may be seen.
"""

import re
from dataclasses import dataclass
from pathlib import Path

# Folder -> what it may include besides itself. Lower floors as a whole; on the same floor only what
# is named, so that no circle can grow.
FLOOR_0 = {"crypto", "observe"}
FLOOR_1 = {"identity", "smtp", "sasl", "address", "expr", "policy"}
FLOOR_2 = {"net", "config"}
FLOOR_3 = {"directory", "cache", "upstream"}

MAY_INCLUDE = {
    "crypto": {"observe"},
    "observe": set(),
    # pure
    "address": FLOOR_0,
    "expr": FLOOR_0,
    "identity": FLOOR_0 | {"address"},
    "smtp": FLOOR_0 | {"address"},
    "sasl": FLOOR_0 | {"smtp"},
    "policy": FLOOR_0 | {"address", "identity", "smtp"},
    # the machine
    "config": FLOOR_0 | FLOOR_1,
    "net": FLOOR_0 | FLOOR_1 | {"config"},
    # the world
    "cache": FLOOR_0 | FLOOR_1 | FLOOR_2,
    "directory": FLOOR_0 | FLOOR_1 | FLOOR_2 | {"cache"},
    "upstream": FLOOR_0 | FLOOR_1 | FLOOR_2,
    # the story; backends stand beside it and see the same floors
    "session": FLOOR_0 | FLOOR_1 | FLOOR_2 | FLOOR_3,
    "backends": FLOOR_0 | FLOOR_1 | FLOOR_2 | FLOOR_3,
    # the program
    "app": FLOOR_0 | FLOOR_1 | FLOOR_2 | FLOOR_3 | {"session"},
    "cli": FLOOR_0 | FLOOR_1 | FLOOR_2 | FLOOR_3 | {"session", "app"},
    "main": {"cli", "app"} | FLOOR_0 | FLOOR_1 | FLOOR_2 | FLOOR_3,
}

PURE = FLOOR_1
# Beside them, single files of the folders above: the cache but for its ways to Redis.
PURE_FILES = {
    f"cache/{name}"
    for name in ("budget", "change", "generations", "keys", "local", "login_change", "lru", "record", "record_codec", "refusals", "verifier", "wire")
}
ASIO = {"net", "config", "directory", "cache", "upstream", "session", "backends", "app", "cli", "main"}
EVERYWHERE = set(MAY_INCLUDE)

# Third-party header (prefix) -> who may include it: folders, or single files without their ending.
# The longest prefix that fits decides.
THIRD_PARTY = {
    "boost/algorithm/": {"backends/remote/wordings"},
    "boost/asio/": ASIO | {"crypto/hash_pool", "observe/http_listener"},
    "boost/beast/": {"observe/http_listener"},
    "boost/json": {"directory", "cache", "config", "observe", "expr", "backends", "app", "cli"},
    "boost/dll/": {"directory"},
    "boost/system/": EVERYWHERE,
    "boost/assert/source_location.hpp": EVERYWHERE,
    "boost/throw_exception.hpp": EVERYWHERE,
    "boost/version.hpp": {"directory", "cli"},
    "fmt/": EVERYWHERE,
    # libpq keeps octets in OpenSSL's buffer, and only OpenSSL tells.
    "openssl/": {"crypto", "net", "cache", "cli/version", "backends/postgresql/connection"},
    "emmintrin.h": {"smtp/special_octet"},
    "argon2.h": {"crypto"},
    "crypt.h": {"crypto"},
    "idn2.h": {"address"},
    "unicode/": {"identity", "address"},
    "re2/": {"expr"},
    "spdlog/": {"observe"},
    "prometheus/": {"observe/exposition"},
    "CLI/": {"cli"},
    "hiredis/": {"cache"},
    "ldap.h": {"backends/ldap"},
    "lber.h": {"backends/ldap"},
    "openldap.h": {"backends/ldap"},
    "libpq-fe.h": {"backends/postgresql"},
    "sanitizer/": {"main"},
}
# toml++ is an implementation detail of config: its .cpp files, no header.
ONLY_IN_SOURCES = {"toml++/": {"config"}}

# The system below the standard library: sockets, files, threads, clocks. Never in the pure folders.
SYSTEM_HEADERS = re.compile(
    r"(sys|netinet|arpa|net|linux)/.*\.h|(unistd|fcntl|signal|poll|pthread|sched|dlfcn|termios|netdb|resolv|pwd|grp|dirent|time)\.h")
PURE_MAY = {"arpa/inet.h": {"expr/ip_network"}}  # inet_pton: text to octets, nothing else
PURE_NEVER_STANDARD = {
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "atomic", "semaphore", "stop_token",
    "fstream", "iostream", "filesystem", "coroutine", "csignal", "ctime", "random",
}
PURE_NEVER_WORDS = re.compile(
    r"\b(?:steady_clock|system_clock|high_resolution_clock|Clock)::now\b|\bstd::time\(|\bgetenv\b|\bthread_local\b")
STANDARD = re.compile(r"[a-z0-9_]+|(assert|ctype|errno|limits|math|stddef|stdint|stdio|stdlib|string)\.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
GENERATED = {"directory/abi_headers.hpp", "cli/annotated_settings.inc"}
# By one backend, for itself.
GENERATED_IN_BACKENDS = {"postgresql/schema_migrations.inc"}


@dataclass(frozen=True)
class Place:
    """Where a file stands: its folder in the tables, the backend if it is one, and its name in both."""

    folder: str
    names: frozenset

    @property
    def is_pure(self) -> bool:
        return self.folder in PURE or bool(self.names & PURE_FILES)

    @staticmethod
    def of(relative: Path) -> "Place":
        parts = relative.parts
        without_ending = relative.with_suffix("").as_posix()
        if parts[0] == "backends":
            return Place("backends", frozenset({"backends", "/".join(parts[:2]), without_ending}))
        if len(parts) == 2:
            return Place("main", frozenset({"main"}))
        folder = parts[1]
        return Place(folder, frozenset({folder, without_ending.removeprefix("src/")}))


def cxx_files(root: Path):
    for top in ("src", "backends"):
        yield from sorted(file for file in (root / top).rglob("*") if file.suffix in (".hpp", ".cpp"))


def without_comments(text: str) -> str:
    """Blanks comments out and keeps the lines; strings that hold // are rare enough to lose."""
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


def check_own(root: Path, relative: Path, place: Place, included: str):
    """An include in quotes: one of ours, named from the src/ root (from backends/ inside a backend)."""
    if included.startswith(".") or "/" not in included and place.folder != "main":
        return f'"{included}": name it from the src/ root ("folder/file.hpp")'
    if (root / "backends" / included).is_file() and not (root / "src" / included).is_file():
        if place.folder != "backends":
            return f'"{included}": nobody outside a backend includes it; the plugin loader finds it'
        if relative.parts[1] != Path(included).parts[0]:
            return f'"{included}": a backend never includes another backend'
        return None
    if included in GENERATED_IN_BACKENDS and relative.parts[1] == Path(included).parts[0]:
        return None
    if included not in GENERATED and not (root / "src" / included).is_file():
        return f'"{included}": no such file below src/ (third-party headers go between < and >)'
    target = Path(included).parts[0]
    if included.endswith(".cpp"):
        return f'"{included}": a .cpp is nobody\'s header'
    barred = FLOOR_2 if place.is_pure else set()
    if target != place.folder and target not in MAY_INCLUDE[place.folder] - barred:
        return f'"{included}": {place.folder} may not include {target}'
    return None


def check_foreign(relative: Path, place: Place, included: str):
    """An include between < and >: the standard library, the system, or a library of the tables."""
    for prefix, folders in ONLY_IN_SOURCES.items():
        if included.startswith(prefix):
            if relative.suffix == ".cpp" and place.names & folders:
                return None
            return f"<{included}>: only in .cpp files of {', '.join(sorted(folders))}"
    prefixes = [prefix for prefix in THIRD_PARTY if included.startswith(prefix)]
    if prefixes:
        prefix = max(prefixes, key=len)
        if prefix == "boost/asio/" and place.is_pure:
            return f"<{included}>: not in {place.folder}, which is pure here"
        return None if place.names & THIRD_PARTY[prefix] else f"<{included}>: not in {place.folder}"
    if SYSTEM_HEADERS.fullmatch(included):
        allowed = not place.is_pure or place.names & PURE_MAY.get(included, set())
        return None if allowed else f"<{included}>: {place.folder} is pure"
    if STANDARD.fullmatch(included):
        if place.is_pure and included in PURE_NEVER_STANDARD:
            return f"<{included}>: {place.folder} is pure"
        return None
    return f"<{included}>: in no table of tests/lint/layers.py; decide there who may see it"


def check_file(root: Path, relative: Path):
    place = Place.of(relative)
    if place.folder not in MAY_INCLUDE:
        yield f"{relative}:1: the folder {place.folder} is on no floor; give it one in tests/lint/layers.py"
        return
    text = (root / relative).read_text(encoding="utf-8")
    lines = without_comments(text).splitlines()
    if relative.suffix == ".hpp" and not any(line.strip() == "#pragma once" for line in lines):
        yield f"{relative}:1: a header without #pragma once"
    own_header = relative.with_suffix(".hpp")
    expected = "/".join(own_header.parts[1:]) if (root / own_header).is_file() and relative.suffix == ".cpp" else None
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if include and expected:
            if include.group(1) != expected:
                yield f'{relative}:{number}: "{expected}" comes first: so the compiler sees it alone'
            expected = None
        if include:
            own, foreign = include.groups()
            objection = check_own(root, relative, place, own) if own else check_foreign(relative, place, foreign)
            if objection:
                yield f"{relative}:{number}: {objection}"
        elif place.is_pure and (word := PURE_NEVER_WORDS.search(line)):
            yield f"{relative}:{number}: {word.group()}: {place.folder} is pure; hand the value in"


def circles():
    """The table itself: whoever may include somebody must not be included by them."""
    done, way = set(), []

    def visit(folder):
        if folder in way:
            yield f"layers.py: a circle: {' -> '.join([*way[way.index(folder):], folder])}"
            return
        if folder in done:
            return
        way.append(folder)
        for below in sorted(MAY_INCLUDE[folder]):
            yield from visit(below)
        way.pop()
        done.add(folder)

    for folder in MAY_INCLUDE:
        yield from visit(folder)


def check(root: Path):
    problems = list(circles())
    for file in cxx_files(root):
        problems += check_file(root, file.relative_to(root))
    return problems
