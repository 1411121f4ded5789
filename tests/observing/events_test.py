#!/usr/bin/env python3
"""Events that no other test waits for.

    events_test.py PROGRAM
"""

import contextlib
import signal
import socket
import sys
import unittest
from pathlib import Path

from observed import PASSWORD, Client, Gateway

PROGRAM = Path(sys.argv.pop(1)).resolve()


class Events(unittest.TestCase):
    def start(self, **settings) -> Gateway:
        gateway = Gateway(PROGRAM, **settings)
        self.addCleanup(lambda: self.assertEqual(0, gateway.close()))
        return gateway

    def expect(self, gateway: Gateway, *events: str) -> None:
        for event in events:
            gateway.wait_until(lambda: event in gateway.events(), f"no {event}")

    def test_of_the_program(self):
        gateway = self.start()
        self.expect(gateway, "server.listening", "server.started", "directory.ready")
        gateway.server.process.send_signal(signal.SIGTERM)
        self.expect(gateway, "server.draining", "server.stopped")

    def test_when_the_system_has_no_more_sockets(self):
        gateway = self.start(files=64)
        with contextlib.ExitStack() as clients:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    clients.enter_context(contextlib.closing(socket_to(gateway)))
            self.expect(gateway, "server.accept-failed")
        gateway.wait_until(lambda: answers(gateway), "it does not accept again")

    def test_of_sessions_and_tls(self):
        gateway = self.start(certificate=True)
        with Client(gateway) as client:
            client.say("EHLO client.example")
            self.assertEqual(220, client.say("STARTTLS"))
            client.send(b"this is no TLS\r\n\r\n\r\n")
            self.expect(gateway, "session.opened", "session.tls-failed", "session.closed")
        with Client(gateway) as client:
            client.say("EHLO client.example")
            self.assertEqual(554, client.say("STARTTLS\r\nEHLO injected.example"))
            self.expect(gateway, "session.injection")
        with Client(gateway) as client:
            for _ in range(20):
                self.assertEqual(500, client.say("NONSENSE"))
            self.expect(gateway, "session.bad-commands")

    def test_of_a_balancer(self):
        gateway = self.start(balancer="127.0.0.7")
        with Client(gateway, "127.0.0.7", greets=False) as balancer:
            balancer.send(b"EHLO client.example\r\n")
            self.expect(gateway, "session.proxy-failed")
        with Client(gateway) as client:
            client.say("PROXY TCP4 203.0.113.9 198.51.100.1 1 587")
            self.expect(gateway, "session.proxy-refused")

    def test_when_nobody_takes_the_log(self):
        """A pipe that nobody reads: behind what it and the queue hold lines are lost, and the session does not wait."""
        gateway = self.start(log_is_a_pipe=True)
        lines = 20_000
        with Client(gateway) as client:
            client.say("EHLO client.example")
            self.assertEqual(235, client.auth("joe", PASSWORD))
            for _ in range(20):
                client.send(b"MAIL FROM:<jane@example.org>\r\n" * (lines // 20))
                self.assertEqual({550}, {client.reply() for _ in range(lines // 20)})
            self.assertGreater(gateway.metrics()["postern_log_lines_lost_total"], 0)
            gateway.take_log()
        self.expect(gateway, "session.closed")

    def test_of_a_transaction(self):
        gateway = self.start(require="false")
        with Client(gateway) as client:
            client.say("EHLO client.example")
            self.assertEqual(250, client.say("MAIL FROM:<stranger@example.net>"))
            self.assertEqual(550, client.say("RCPT TO:<bob@example.org>"))
            self.expect(gateway, "relay.denied")
            client.say("RSET")
            self.assertEqual(235, client.auth("joe", PASSWORD))
            self.assertEqual(550, client.say("MAIL FROM:<jane@example.org>"))
            self.expect(gateway, "sender.refused")
            for letter, code in ((b"From: joe@example.org\r\n\r\n.\r\n", 250), (b"From: jane@example.org\r\n\r\n.\r\n", 550),
                                 (b"From: joe@example.org\r\nFrom: joe@example.org\r\n\r\n.\r\n", 550)):
                self.assertEqual(250, client.say("MAIL FROM:<joe@example.org>"))
                self.assertEqual(250, client.say("RCPT TO:<bob@example.org>"))
                self.assertEqual(354, client.say("DATA"))
                client.send(letter)
                self.assertEqual(code, client.reply())
            self.expect(gateway, "relay.accepted", "relay.refused", "header.refused")


def socket_to(gateway: Gateway):
    return socket.create_connection(("127.0.0.1", gateway.port), 5)


def answers(gateway: Gateway) -> bool:
    try:
        with Client(gateway) as client:
            return client.greeting == 220
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
