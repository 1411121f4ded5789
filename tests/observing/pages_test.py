#!/usr/bin/env python3
"""What the gateway shows by HTTP: every metric of the catalogue, over a reload, and how it is.

    pages_test.py PROGRAM
"""

import json
import re
import signal
import sys
import tempfile
import unittest
from pathlib import Path

from observed import PASSWORD, ROOT, WRONG, Client, Gateway, Server, free_port

PROGRAM = Path(sys.argv.pop(1)).resolve()
LETTER = b"From: jane@example.org\r\nTo: bob@example.org\r\nSubject: hi\r\n\r\nHello\r\n.\r\n"


def start(case: unittest.TestCase, **settings) -> Gateway:
    gateway = Gateway(PROGRAM, **settings)
    case.addCleanup(lambda: case.assertEqual(0, gateway.close()))
    return gateway


def start_redis(case: unittest.TestCase) -> int:
    folder = tempfile.TemporaryDirectory(prefix="postern-observing-")
    case.addCleanup(folder.cleanup)
    port = free_port()
    redis = Server("redis", ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder.name],
                   [port], Path(folder.name) / "output")
    case.addCleanup(redis.stop)
    return port


def log_in(gateway: Gateway, login: str = "joe", password: str = PASSWORD) -> int:
    with Client(gateway) as client:
        client.say("EHLO client.example")
        return client.auth(login, password)


class Metrics(unittest.TestCase):
    def grown(self, gateway: Gateway, act) -> dict[str, float]:
        """The counters that have grown while `act` ran."""
        before = gateway.metrics()
        act()
        after = gateway.metrics()
        return {name: value - before.get(name, 0) for name, value in after.items()
                if ("_total" in name or name.endswith("_count") or "_count{" in name) and value != before.get(name, 0)}

    def check(self, gateway: Gateway, act, expected: dict[str, float]) -> None:
        grown = self.grown(gateway, act)
        for name, by in expected.items():
            self.assertEqual(by, grown.get(f"postern_{name}"), f"{name} in {grown}")

    def test_every_verdict_of_auth_is_counted(self):
        gateway = start(self)
        auth = 'auth_total{{directory="{}",outcome="{}",reason="{}",source="{}"}}'.format
        self.check(gateway, lambda: self.assertEqual(235, log_in(gateway)), {
            auth("people", "accepted", "", "directory"): 1,
            'auth_seconds_count{directory="people"}': 1,
            'directory_seconds_count{directory="people",answer="accepted"}': 1,
            'cache_asked_total{directory="people"}': 1,
            'events_total{event="auth.accepted"}': 1,
            'connections_total{outcome="accepted"}': 1,
        })
        self.check(gateway, lambda: self.assertEqual(235, log_in(gateway)), {
            auth("people", "accepted", "", "cache"): 1,
            'cache_answers_total{directory="people",answer="accepted"}': 1,
        })
        self.check(gateway, lambda: self.assertEqual(535, log_in(gateway, "joe", WRONG)), {
            auth("people", "rejected", "bad_credentials", "directory"): 1,
            'directory_seconds_count{directory="people",answer="rejected"}': 1,
        })
        self.check(gateway, lambda: self.assertEqual(535, log_in(gateway, "nobody", WRONG)), {
            auth("people", "rejected", "unknown_user", "directory"): 1,
        })

        def abort():
            with Client(gateway) as client:
                client.say("EHLO client.example")
                self.assertEqual(504, client.say("AUTH CRAM-MD5"))
                self.assertEqual(501, client.say("AUTH PLAIN ???"))
                client.say("AUTH PLAIN")
                self.assertEqual(501, client.say("*"))
                client.say("AUTH PLAIN")
                self.assertEqual(500, client.say("A" * 20_000))
        self.check(gateway, abort, {
            auth("", "aborted", "not offered", ""): 1,
            auth("", "aborted", "malformed", ""): 1,
            auth("", "aborted", "cancelled", ""): 1,
            auth("", "aborted", "too long", ""): 1,
            'events_total{event="auth.aborted"}': 4,
        })

    def test_who_has_failed_too_often_is_counted(self):
        for kind in ("network", "login", "pair"):
            gateway = start(self, more=f"[session.auth.limits]\n{kind} = 1")
            self.assertEqual(535, log_in(gateway, "joe", WRONG))
            self.check(gateway, lambda: self.assertEqual(454, log_in(gateway)), {
                f'auth_total{{directory="",outcome="limited",reason="{kind}",source=""}}': 1,
                'events_total{event="auth.limited"}': 1,
            })

    def test_a_hash_waits_in_its_queue(self):
        gateway = start(self)
        self.check(gateway, lambda: self.assertEqual(535, log_in(gateway, "jane", WRONG)), {
            "hash_queue_seconds_count": 1,
        })

    def test_a_message_and_its_refusals_are_counted(self):
        gateway = start(self)

        def send():
            with Client(gateway) as client:
                client.say("EHLO client.example")
                self.assertEqual(235, client.auth("joe", PASSWORD))
                self.assertEqual(550, client.say("MAIL FROM:<jane@example.org>"))
                for letter, code in ((LETTER.replace(b"jane", b"joe"), 250), (LETTER, 550)):
                    self.assertEqual(250, client.say("MAIL FROM:<joe@example.org>"))
                    self.assertEqual(250, client.say("RCPT TO:<bob@example.org>"))
                    self.assertEqual(354, client.say("DATA"))
                    client.send(letter)
                    self.assertEqual(code, client.reply())
        relay = 'relay_total{{next_hop="drop",command="{}",outcome="{}"}}'.format
        self.check(gateway, send, {
            'refused_total{rule="sender"}': 1,
            'refused_total{rule="header-sender"}': 1,
            relay("MAIL", "accepted"): 2,
            relay("RCPT", "accepted"): 2,
            relay("DATA", "accepted"): 1,
            relay("DATA", "refused"): 1,
            'relay_octets_total{next_hop="drop"}': len(LETTER) - len("jane.\r\n") + len("joe"),
            'next_hop_seconds_count{next_hop="drop",step="open"}': 1,
            'next_hop_seconds_count{next_hop="drop",step="message"}': 1,
        })

    def test_one_connection_too_many_is_counted(self):
        gateway = start(self, connections=1)

        def come_twice():
            with Client(gateway), Client(gateway) as second:
                self.assertEqual(421, second.greeting)
        self.check(gateway, come_twice, {
            'connections_total{outcome="refused"}': 1,
            'connections_total{outcome="accepted"}': 1,
        })

    def test_counters_go_on_over_reloads(self):
        gateway = start(self)
        names = ['postern_auth_total{directory="people",outcome="accepted",reason="",source="cache"}',
                 'postern_cache_answers_total{directory="people",answer="accepted"}',
                 'postern_cache_asked_total{directory="people"}',
                 'postern_events_total{event="auth.accepted"}']
        for _ in range(3):
            log_in(gateway)
            log_in(gateway)  # from the cache, which is a new one behind each reload
            gateway.reload()
        gateway.wait_until(lambda: gateway.metrics()[names[1]] == 3, "what the last caches counted is lost")
        self.assertEqual([3, 3, 3, 6], [gateway.metrics()[name] for name in names])

    def test_every_metric_of_the_catalogue_is_there_and_no_other(self):
        gateway = start(self, redis=start_redis(self), next_hop="nobody")
        log_in(gateway)
        with Client(gateway) as client:
            client.say("EHLO client.example")
            client.auth("joe", PASSWORD)
            self.assertEqual(451, client.say("MAIL FROM:<joe@example.org>"))
        catalogue = set(re.findall(r'"(postern_\w+)"', (ROOT / "src/observe/metrics.hpp").read_text(encoding="utf-8")))
        self.assertGreater(len(catalogue), 30)
        _, text = gateway.page("/metrics")
        self.assertEqual(catalogue, set(re.findall(r"^# TYPE (\w+) ", text, re.M)))
        for line in text.splitlines():
            self.assertNotIn("joe", line)
            self.assertNotIn("127.0.0.1", line)

    def test_what_stands_now_is_shown(self):
        gateway = start(self, redis=start_redis(self))
        with Client(gateway), Client(gateway):
            gateway.wait_until(lambda: gateway.metrics()["postern_sessions"] == 2, "two clients are no sessions")
        self.assertEqual(1, gateway.metrics()['postern_directory_up{directory="people"}'])
        self.assertEqual(0, gateway.metrics()['postern_directory_breaker_open{directory="people"}'])
        gateway.wait_until(lambda: gateway.metrics()['postern_redis_up{directory="people"}'] == 1, "Redis is down")
        gateway.wait_until(lambda: gateway.metrics()['postern_next_hop_up{next_hop="nobody"}'] == 0, "nobody answers")
        self.assertEqual(1, gateway.metrics()['postern_next_hop_up{next_hop="drop"}'])


class Health(unittest.TestCase):
    def test_it_is_ready_whatever_is_down_behind_it(self):
        gateway = start(self)
        gateway.wait_until(lambda: gateway.page("/readyz?deep")[0] == 503, "a next hop that is down is not told")
        self.assertEqual((200, "ready\n"), gateway.page("/readyz"))
        self.assertEqual((200, "ok\n"), gateway.page("/healthz"))
        told = json.loads(gateway.page("/readyz?deep")[1])
        self.assertEqual({"up": True}, told["directories"]["people"])
        self.assertEqual({"up": True}, told["next-hops"]["drop"])
        self.assertIs(False, told["next-hops"]["nobody"]["up"])
        self.assertEqual((404, "Not Found\n"), gateway.page("/"))
        self.assertEqual(405, gateway.page("/metrics", "POST")[0])

    def test_it_is_not_ready_while_it_drains(self):
        gateway = start(self)
        with Client(gateway) as client:
            client.say("EHLO client.example")
            client.auth("joe", PASSWORD)
            self.assertEqual(250, client.say("MAIL FROM:<joe@example.org>"))
            gateway.server.process.send_signal(signal.SIGTERM)
            gateway.wait_until(lambda: gateway.page("/readyz") == (503, "draining\n"), "it says that it is ready")
            self.assertEqual((200, "ok\n"), gateway.page("/healthz"))

    def test_the_pages_come_and_go_with_a_reload(self):
        gateway = start(self)
        settings = gateway.folder / "postern.toml"
        old, new = gateway.http, free_port()
        gateway.http = new
        gateway.reload()
        gateway.wait_until(lambda: gateway.page("/healthz")[0] == 200, "the new address does not answer")
        gateway.http = old
        with self.assertRaises(OSError):
            gateway.page("/healthz")
        self.assertTrue(settings.exists())


if __name__ == "__main__":
    unittest.main()
