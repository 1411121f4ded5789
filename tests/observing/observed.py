"""The built gateway with its pages open, its log in a file, and clients that come from any address of 127.0.0.0/8."""

import base64
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/differential"))
import run_record  # noqa: E402
from servers import Server, free_port  # noqa: E402

PASSWORD = "correct horse battery"
WRONG = "Tr0ub4dor-and-3"
HASHED = subprocess.run(["openssl", "passwd", "-6", "-salt", "saltsalt", PASSWORD], check=True, capture_output=True,
                        text=True).stdout.strip()

SETTINGS = """
[server]
hostname = "mail.example.org"
http.bind = ["127.0.0.1:{http}"]
[server.listener.submission]
bind = ["127.0.0.1:{submission}"]
proxy-protocol.from = ["{balancer}"]
[session.auth]
mechanisms = ["plain", "login"]
directory = "'people'"
require = {require}
allow-plain-text = true
[session.auth.errors]
wait = "10ms"
[session.limits]
connections-per-network = {connections}
[session.relay]
next-hop = "'{next_hop}'"
[next-hop.drop]
type = "maildir"
path = "{folder}/mail"
[next-hop.nobody]
type = "smtp"
address = "127.0.0.1:9"
identity = "none"
tls.starttls = "never"
[directory.people]
type = "memory"
cache = {{ entries = 100{redis_of_cache} }}
[[directory.people.principals]]
name = "jane"
secret = "{hashed}"
email = ["jane@example.org"]
[[directory.people.principals]]
name = "joe"
secret = "{password}"
email = ["joe@example.org"]
{redis}
{more}
[log]
level = "debug"
format = "{format}"
file = "{folder}/log"
"""


class Gateway:
    def __init__(self, program: Path, redis: int = 0, files: int = 0, certificate: bool = False, log_is_a_pipe: bool = False,
                 **settings):
        self._folder = tempfile.TemporaryDirectory(prefix="postern-observing-")
        self.folder = Path(self._folder.name)
        self._log, self._pipe = self.folder / "log", None
        if log_is_a_pipe:
            os.mkfifo(self._log)
            self._pipe = os.open(self._log, os.O_RDONLY | os.O_NONBLOCK)
            self._log = self.folder / "taken"
            self._log.touch()
        self.port, self.http = free_port(), free_port()
        self.values = {"require": "true", "connections": 1000, "next_hop": "drop", "format": "text", "redis": "",
                       "redis_of_cache": "", "more": "", "balancer": "192.0.2.1"}
        if redis:
            key = base64.b64encode(b"k" * 32).decode()
            self.values |= {"redis": f'[redis.shared]\nurl = "redis://127.0.0.1:{redis}"\n[cache]\nkey = "{key}"',
                            "redis_of_cache": ', redis = "shared"'}
        if certificate:
            self.values["more"] = self.certificate()
        self.write(**settings)
        command = [str(program), "serve", "--config", str(self.folder / "postern.toml")]
        if files:
            command = ["prlimit", f"--nofile={files}", *command]
        self.server = Server("postern", command, [self.port, self.http], self.folder / "output")
        self.wait_until(self.is_alone, "it does not let go of who looked whether it listens")

    def is_alone(self) -> bool:
        """Somebody came, and nobody is there any more."""
        samples = self.metrics()
        came = sum(value for name, value in samples.items() if name.startswith("postern_connections_total"))
        return came > 0 and samples["postern_sessions"] == 0

    def certificate(self) -> str:
        cert, key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-keyout", key, "-out", cert], check=True, capture_output=True)
        return f'[certificate.default]\ncert = "{cert}"\nprivate-key = "{key}"'

    def write(self, **settings) -> None:
        self.values |= settings
        text = SETTINGS.format(submission=self.port, http=self.http, folder=self.folder, password=PASSWORD, hashed=HASHED,
                               **self.values)
        (self.folder / "postern.toml").write_text(text, encoding="utf-8")

    def reload(self, **settings) -> None:
        before = self.events().count("config.reloaded")
        self.write(**settings)
        self.server.process.send_signal(signal.SIGHUP)
        self.wait_until(lambda: self.events().count("config.reloaded") > before, "it does not reload")

    def wait_until(self, holds, otherwise: str) -> None:
        deadline = time.monotonic() + 30
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{otherwise}:\n{self.log()[-3000:]}")
            time.sleep(0.02)

    def take_log(self) -> None:
        """From now on somebody reads the pipe."""
        os.set_blocking(self._pipe, True)
        with self._log.open("ab") as taken:
            self._taker = subprocess.Popen(["cat"], stdin=self._pipe, stdout=taken)

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8") + self.server.last_words()

    def lines(self) -> list[str]:
        return self._log.read_text(encoding="utf-8").splitlines()

    def events(self) -> list[str]:
        return [json.loads(line)["event"] if line.startswith("{") else line.split(" ")[1] for line in self.lines()]

    def page(self, path: str, method: str = "GET") -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self) -> dict[str, float]:
        """By name and labels, as they stand on the page."""
        status, text = self.page("/metrics")
        assert status == 200, text
        samples = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, value = re.fullmatch(r"(.+) ([^ ]+)", line).groups()
                assert name not in samples, f"{name} twice"
                samples[name] = float(value)
        run_record.add_metrics(samples)
        return samples

    def close(self) -> int:
        """The exit status; throws when a password stands in the log."""
        with contextlib.suppress(OSError):  # it has ended
            self.metrics()
        status = self.server.stop()
        try:
            if self._pipe is not None:
                os.close(self._pipe)
                self._taker.wait(20)
            told = self.server.log.read_text(errors="replace") + self._log.read_text(encoding="utf-8")
            run_record.add_log(told)
            for secret in (PASSWORD, WRONG):
                assert not [form for form in forms_of(secret) if form in told], f"{secret!r} is in the log"
        finally:
            self._folder.cleanup()
        return status


def forms_of(secret: str) -> list[str]:
    """As it is, and as it stands inside base64, wherever in the message that begins: tests/support/secrets.hpp has them all."""
    forms = [secret]
    for before in range(3):
        digits = base64.b64encode(bytes(before) + secret.encode()).decode()
        forms.append(digits[(before * 8 + 5) // 6:(before + len(secret)) * 8 // 6])
    return forms


class Client:
    """Says exactly what it is told to."""

    def __init__(self, gateway: Gateway, source: str = "127.0.0.1", greets: bool = True):
        self.socket = socket.create_connection(("127.0.0.1", gateway.port), 20, (source, 0))
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply() if greets else 0

    def reply(self) -> int:
        while True:
            line = self.file.readline()
            if line[3:4] != b"-":
                return int(line[:3] or 0)

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def say(self, line: bytes | str) -> int:
        self.send((line if isinstance(line, bytes) else line.encode()) + b"\r\n")
        return self.reply()

    def auth(self, login: bytes | str, password: str) -> int:
        octets = login if isinstance(login, bytes) else login.encode()
        return self.say(b"AUTH PLAIN " + base64.b64encode(b"\0" + octets + b"\0" + password.encode()))

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
