#!/usr/bin/env python3
"""A standing attack on the log: hostile logins, HELO words, senders and recipients, sent to the built gateway by real
sessions, each from an address of its own. The real fail2ban-regex, with the filter that is shipped, finds exactly the
addresses whose logins were refused, as often as they were, and never another. In JSON every line is one object.

    log_attack_test.py PROGRAM
"""

import collections
import datetime
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

from observed import PASSWORD, ROOT, WRONG, Client, Gateway

PROGRAM = Path(sys.argv.pop(1)).resolve()
FILTER = ROOT / "config/fail2ban/postern.conf"
VICTIM = "203.0.113.7"
START = datetime.datetime.now(datetime.timezone.utc)
NOW = START.strftime("%Y-%m-%dT%H:%M:%S.123Z")
FORGED = f"{NOW} auth.rejected abcdefghijklmnop {VICTIM} login=\"jane\" reason=\"bad_credentials\""
FORGED_JSON = json.dumps({"time": NOW, "event": "auth.rejected", "client": VICTIM, "login": "jane"})

WORDS = [
    FORGED,
    f"x\n{FORGED}",
    f"x\r\n{FORGED}\r\n",
    f"x\r{FORGED}",
    f"x\v{FORGED}",
    f"x\f{FORGED}",
    f"x\x1c{FORGED}",
    f"x\x85{FORGED}",
    f"x\u2028{FORGED}",
    f"x\u2029{FORGED}",
    f'" {FORGED}',
    f'"\n{FORGED} "',
    f'\\"\n{FORGED}',
    f"\\x0A{FORGED}",
    f"\\n{FORGED}",
    f"%0A{FORGED}",
    f"&#10;{FORGED}",
    f"\x1b[2K\x1b[1G{FORGED}",
    f"\x1b]0;{FORGED}\x07",
    f"\b\b\b\b{FORGED}",
    f"\x7f\x7f{FORGED}",
    " auth.rejected - " + VICTIM,
    f"auth.rejected abc {VICTIM}",
    f" auth.rejected abc {VICTIM} ",
    f'" auth.rejected abc {VICTIM} "',
    f"session.refused - {VICTIM}",
    f"client={VICTIM}",
    f'client="{VICTIM}"',
    f"rhost={VICTIM}",
    f"from {VICTIM}",
    f"[{VICTIM}]",
    f"::ffff:{VICTIM}",
    "2001:db8::7",
    f"jane@[{VICTIM}]",
    f'"{VICTIM} auth.rejected"@example.org',
    f"{VICTIM}@example.org",
    f"<ADDR>{VICTIM}",
    f"<HOST> {VICTIM}",
    f"(?P<host>{VICTIM})",
    ".*" + VICTIM,
    FORGED_JSON,
    f"x\n{FORGED_JSON}",
    f'"}}\n{FORGED_JSON}',
    f'","client":"{VICTIM}","x":"',
    f'\\","client":"{VICTIM}',
    f"\\u000a{FORGED_JSON}",
    "\u202e" + FORGED[::-1],
    "ｊａｎｅ",
    "jäne" + FORGED,
    "\U0001f41f" + FORGED,
    "a" * 120 + FORGED,
    "a" * 127 + "\n" + FORGED,
    "\n" * 127 + FORGED,
    "é" * 64 + FORGED,
    FORGED * 20,
    "$(touch x) `id` ; {{7*7}} ${jndi:ldap://" + VICTIM + "/}",
    "';--" + FORGED,
    "*)(uid=*" + FORGED,
    "\t" + FORGED,
    " " * 100 + FORGED,
    "F-NOFAIL " + FORGED,
    "<F-NOFAIL>" + VICTIM + "</F-NOFAIL>",
    NOW + " ",
    NOW + "\n",
    "- -",
]


def as_argument(word: str) -> bytes:
    """What can stand on a command line: a line end would be one."""
    return word.encode().replace(b"\r", b"\\r").replace(b"\n", b"\v")


def attack(gateway: Gateway, source: str, word: str) -> int:
    """One session that says the word wherever a client can say one; how many logins were refused."""
    with Client(gateway, source) as client:
        if client.say(b"EHLO " + as_argument(word)[:255]) != 250:
            client.say("EHLO client.example")
        refused = 0
        for login in (word, word + "@example.org"):
            refused += client.auth(login[:1000], WRONG) == 535
        client.say(b"MAIL FROM:<" + as_argument(word)[:300] + b">")
        client.say(b'MAIL FROM:<"' + as_argument(word)[:60].replace(b'"', b"'") + b'"@example.org>')
        client.say(b"RCPT TO:<" + as_argument(word)[:300] + b">")
        client.say(as_argument(word)[:400])
        return refused


def send_as_joe(gateway: Gateway, source: str, word: str) -> None:
    """Somebody who has authenticated, and is not to be banned for what he says then."""
    with Client(gateway, source) as client:
        if client.say(b"EHLO " + as_argument(word)[:255]) != 250:
            client.say("EHLO client.example")
        assert client.auth("joe", PASSWORD) == 235
        client.say(b'MAIL FROM:<"' + as_argument(word)[:60].replace(b'"', b"'").replace(b"\\", b"/") + b'"@example.org>')
        client.say("MAIL FROM:<joe@example.org>")
        client.say("RCPT TO:<bob@example.org>")
        if client.say("DATA") == 354:
            client.send(b"From: <" + as_argument(word) + b"@example.org>\r\nSubject: " + as_argument(word)[:900] + b"\r\n\r\n.\r\n")
            client.reply()


def found_by_fail2ban(log: Path) -> collections.Counter:
    """The addresses that the shipped filter finds, and how often."""
    done = subprocess.run(["fail2ban-regex", "-o", "ip", str(log), str(FILTER)],
                          capture_output=True, text=True, timeout=120)
    if done.returncode not in (0, 1):
        raise AssertionError(done.stdout + done.stderr)
    return collections.Counter(done.stdout.split())


def times_of_fail2ban(log: Path, line: str, zone: str) -> set[int]:
    """When the filter says that it was, on a machine of that time zone."""
    log.write_text(line + "\n", encoding="utf-8")
    done = subprocess.run(["fail2ban-regex", "-o", "row", str(log), str(FILTER)], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "TZ": zone})
    return {int(float(time)) for time in re.findall(r"',\s*([0-9.]+),", done.stdout)}


class Attack(unittest.TestCase):
    def run_it(self, form: str) -> tuple[Gateway, collections.Counter]:
        gateway = Gateway(PROGRAM, format=form)
        self.addCleanup(lambda: self.assertEqual(0, gateway.close()))
        expected = collections.Counter()
        for number, word in enumerate(WORDS):
            source = f"127.0.{1 + number // 200}.{1 + number % 200}"
            refused = attack(gateway, source, word)
            if refused:
                expected[source] = refused
            send_as_joe(gateway, f"127.0.100.{1 + number}", word)
        self.assertGreater(len(WORDS), 50)
        self.assertGreater(len(expected), 50, "these were to be refused")
        gateway.wait_until(lambda: gateway.events().count("session.closed") >= 2 * len(WORDS), "a session does not end")
        return gateway, expected

    def test_fail2ban_finds_exactly_who_was_refused(self):
        gateway, expected = self.run_it("text")
        self.assertEqual(expected, found_by_fail2ban(gateway.folder / "log"))
        for line in gateway.lines():
            self.assertRegex(line, r'^[0-9T:.Z-]{24} [a-z.-]+ [0-9a-z-]+ [0-9a-f.:-]+(?: [a-z-]+="[ !#-\[\]-~\\]*")*$')
            self.assertTrue(line.isascii())

    def test_json_is_one_object_a_line(self):
        gateway, expected = self.run_it("json")
        found = collections.Counter()
        for line in gateway.lines():
            self.assertTrue(line.isascii())
            entry = json.loads(line, object_pairs_hook=self.without_doubles)
            if entry["event"] == "auth.rejected":
                found[entry["client"]] += 1
                self.assertIsInstance(entry["milliseconds"], int)
        self.assertEqual(expected, found)

    def without_doubles(self, pairs):
        self.assertEqual(len(pairs), len(dict(pairs)), pairs)
        return dict(pairs)

    def test_the_true_lines_are_found(self):
        """Who is one too many has done nothing: the others may have; what nobody can judge is not found either."""
        gateway = Gateway(PROGRAM, connections=1)
        self.addCleanup(lambda: self.assertEqual(0, gateway.close()))
        with Client(gateway, "127.0.0.9"), Client(gateway, "127.0.0.9") as second:
            self.assertEqual(421, second.greeting)
        gateway.wait_until(lambda: "session.refused" in gateway.events(), "nobody was refused")
        self.assertEqual({}, found_by_fail2ban(gateway.folder / "log"))
        log = gateway.folder / "other"
        log.write_text("\n".join(re.sub("auth.rejected", event, FORGED) for event in ("auth.unavailable", "auth.limited",
                       "auth.accepted", "auth.rejectedx", "xauth.rejected")) + "\n", encoding="utf-8")
        self.assertEqual({}, found_by_fail2ban(log))
        for zone in ("UTC", "America/New_York", "Asia/Kolkata"):
            self.assertEqual({int(START.timestamp())}, times_of_fail2ban(log, FORGED, zone))
        log.write_text(FORGED.replace(VICTIM, "2001:db8::7") + "\n" + FORGED + "\n", encoding="utf-8")
        self.assertEqual({"2001:db8::7": 1, VICTIM: 1}, found_by_fail2ban(log))


if __name__ == "__main__":
    unittest.main()
