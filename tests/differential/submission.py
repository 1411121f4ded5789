"""Hands mails to the gateway: several connections, each pipelining as far as RFC 2920 lets it."""

import base64
import re
import socket
import threading

from mails import LISTENERS, Mail
from servers import PASSWORD, RECIPIENT_DOMAIN, Gateway

CONNECTIONS = 4  # to each of the gateway's listeners


def recipient(mail: Mail) -> str:
    return f"m{mail.number:07}@{RECIPIENT_DOMAIN}"


def stuffed(octets: bytes) -> bytes:
    """RFC 5321 4.5.2"""
    return re.sub(rb"(^|\r\n)\.", rb"\1..", octets)


def barely_stuffed(octets: bytes) -> bytes:
    """Only as much as keeps DATA from ending too early."""
    return re.sub(rb"(^|\r\n)\.(?=\r\n|$)", rb"\1..", octets)


def submit(gateway: Gateway, mails: list[Mail]) -> dict[int, str]:
    """The gateway's last reply to each, by number."""
    replies: dict[int, str] = {}
    errors: list[Exception] = []

    def send(port: int, share: list[Mail]) -> None:
        try:
            with Session(port) as session:
                for mail in share:
                    replies[mail.number] = session.send(mail)
        except Exception as error:
            errors.append(error)

    threads = []
    for listener in LISTENERS:
        these = [mail for mail in mails if mail.listener == listener]
        for i in range(CONNECTIONS):
            if share := these[i::CONNECTIONS]:
                threads.append(threading.Thread(target=send, args=(gateway.listening[listener], share)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return replies


class Session:
    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lines = self.socket.makefile("rb")

    def __enter__(self) -> "Session":
        self._expect("220")
        self._command(b"EHLO client.example.org")
        self._expect("250")
        login = base64.b64encode(f"\0jane\0{PASSWORD}".encode())
        self._command(b"AUTH PLAIN " + login)
        self._expect("235")
        return self

    def __exit__(self, *_) -> None:
        self.lines.close()
        self.socket.close()

    def send(self, mail: Mail) -> str:
        try:
            return self._by_data(mail) if mail.chunks is None else self._by_chunks(mail)
        except (OSError, RuntimeError) as error:
            raise RuntimeError(f"{mail.number} {mail.description()}: {error}") from error

    def _by_data(self, mail: Mail) -> str:
        self._write(self._envelope(mail) + b"DATA\r\n")
        replies = [self._reply() for _ in range(3)]
        if not replies[-1].startswith("354"):
            return self._given_up(replies)
        content = barely_stuffed(mail.octets) if mail.raw_dots else stuffed(mail.octets)
        end = b"" if content.endswith(b"\r\n") or not content else b"\r\n"
        self._write(content + end + b".\r\n")
        return self._reply()

    def _by_chunks(self, mail: Mail) -> str:
        written = self._envelope(mail)
        begin = 0
        for i, size in enumerate(mail.chunks):
            last = b" LAST" if i + 1 == len(mail.chunks) else b""
            written += b"BDAT %d%s\r\n" % (size, last) + mail.octets[begin : begin + size]
            begin += size
        self._write(written)
        replies = [self._reply() for _ in range(2 + len(mail.chunks))]
        return replies[-1] if replies[-1].startswith("250") else self._given_up(replies)

    def _given_up(self, replies: list[str]) -> str:
        self._command(b"RSET")
        self._expect("250")
        return next(reply for reply in replies if reply[0] not in "23")

    def _envelope(self, mail: Mail) -> bytes:
        eight_bit = " BODY=8BITMIME" if not mail.octets.isascii() else ""
        smtputf8 = " SMTPUTF8" if mail.smtputf8 else ""
        sender = f"MAIL FROM:<jane@example.org>{eight_bit}{smtputf8}"
        return f"{sender}\r\nRCPT TO:<{recipient(mail)}>\r\n".encode()

    def _command(self, line: bytes) -> None:
        self._write(line + b"\r\n")

    def _write(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def _expect(self, code: str) -> None:
        reply = self._reply()
        if not reply.startswith(code):
            raise RuntimeError(f"the gateway says {reply} where {code} was expected")

    def _reply(self) -> str:
        while True:
            line = self.lines.readline().decode("utf-8", "replace").rstrip("\r\n")
            if not line:
                raise RuntimeError("the gateway has closed the connection")
            if line.startswith("421"):
                raise RuntimeError(f"the gateway says {line}")
            if line[3:4] != "-":
                return line
