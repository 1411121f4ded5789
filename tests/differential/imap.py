"""What Dovecot's ENVELOPE (RFC 3501 7.4.2) says of the mails in the maildir."""

import imaplib
import re
from collections.abc import Iterator

from ownership import Sighting

imaplib._MAXLINE = 100_000_000  # a list of a thousand addresses is one line

TOKEN = re.compile(rb'\s*(?:([()])|"((?:[^"\\]|\\.)*)"|\{(\d+)\}\r\n|([^\s()"{]+))', re.DOTALL)
# What Dovecot puts where an address has no domain.
NO_DOMAIN = "MISSING_DOMAIN"


def read(port: int) -> dict[str, list[Sighting]]:
    """By the mail's name in the maildir, without what stands behind its colon."""
    with imaplib.IMAP4("127.0.0.1", port, timeout=300) as connection:
        connection.login("jane", "any")
        _, (count,) = connection.select("INBOX", readonly=True)
        if int(count) == 0:
            return {}
        _, answers = connection.fetch("1:*", "(X-GUID ENVELOPE)")
    return dict(map(sightings_of, whole_answers(answers)))


def whole_answers(answers: list) -> Iterator[bytes]:
    """imaplib cuts an answer behind every literal."""
    answer = b""
    for part in answers:
        if isinstance(part, tuple):
            answer += part[0] + b"\r\n" + part[1]
        else:
            yield answer + part
            answer = b""


def sightings_of(answer: bytes) -> tuple[str, list[Sighting]]:
    _, items = parsed(b"(" + answer + b")")
    named = dict(zip(items[::2], items[1::2]))
    envelope = named["ENVELOPE"]
    seen = []
    for field, addresses in (("From", envelope[2]), ("Sender", envelope[3])):
        for _, _, local_part, domain in addresses or []:
            # A group begins with its name and without a domain, and ends with neither.
            if domain is not None and domain != NO_DOMAIN:
                seen.append(Sighting("dovecot", field, local_part or "", domain))
    return named["X-GUID"], seen


def parsed(octets: bytes) -> list:
    """Nested lists of strings; None is NIL."""
    stack: list[list] = [[]]
    position = 0
    while position < len(octets) and (token := TOKEN.match(octets, position)):
        position = token.end()
        bracket, quoted, literal, atom = token.groups()
        if bracket == b"(":
            stack.append([])
        elif bracket == b")":
            inner = stack.pop()
            stack[-1].append(inner)
        elif literal is not None:
            stack[-1].append(text(octets[position : position + int(literal)]))
            position += int(literal)
        elif quoted is not None:
            stack[-1].append(text(re.sub(rb"\\(.)", rb"\1", quoted)))
        else:
            stack[-1].append(None if atom == b"NIL" else text(atom))
    if len(stack) != 1 or octets[position:].strip():
        raise ValueError(f"Dovecot's answer cannot be read: {octets[:200]!r}")
    return stack[0][0]


def text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
