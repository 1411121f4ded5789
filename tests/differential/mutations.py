"""What an attacker does to a mail. Each mutation takes a source of chance and a mail's octets, and returns others."""

import re
from collections.abc import Callable
from random import Random

from vocabulary import (
    BEYOND_ASCII,
    BLANKS,
    address_list,
    comment,
    encoded_word,
    mailbox,
    owned,
    quoted_string,
    snippets,
    trick,
    victim,
)

Mutation = Callable[[Random, bytes], bytes]

SENDING_FIELD = re.compile(rb"^(From|Sender|Resent-From|Resent-Sender):([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", re.I | re.M)
# Only where a word begins: of long words without "@" every octet would be tried otherwise.
ADDRESS = re.compile(rb"(?<![^\s<>,;:()\"])[^\s<>,;:()\"@]+@[^\s<>,;:()\"]+")


# --- where -----------------------------------------------------------------------------------------


def header_end(octets: bytes) -> int:
    end = octets.find(b"\r\n\r\n")
    return len(octets) if end < 0 else end + 2


def header_lines(octets: bytes) -> tuple[list[bytes], bytes]:
    """The header's lines with their ends, and the rest."""
    end = header_end(octets)
    return octets[:end].splitlines(keepends=True) if b"\n" in octets[:end] else [octets[:end]], octets[end:]


def somewhere(rng: Random, octets: bytes) -> int:
    """A place, in From or Sender for preference, and rarely in the body."""
    fields = list(SENDING_FIELD.finditer(octets, 0, header_end(octets)))
    if fields and rng.random() < 0.7:
        chosen = rng.choice(fields)
        return rng.randint(chosen.start(), chosen.end())
    return rng.randint(0, header_end(octets) if rng.random() < 0.95 else len(octets))


def with_body(rng: Random, octets: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Changes the body of one From or Sender."""
    fields = list(SENDING_FIELD.finditer(octets, 0, header_end(octets)))
    if not fields:
        return octets
    begin, end = rng.choice(fields).span(2)
    return octets[:begin] + change(octets[begin:end]) + octets[end:]


def with_address(rng: Random, body: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Changes one address in the body of a field, or puts one there."""
    addresses = list(ADDRESS.finditer(body))
    if not addresses:
        return body + change(owned(rng))
    begin, end = rng.choice(addresses).span()
    return body[:begin] + change(body[begin:end]) + body[end:]


# --- octets ----------------------------------------------------------------------------------------


def insert(rng: Random, octets: bytes) -> bytes:
    at = somewhere(rng, octets)
    return octets[:at] + b"".join(trick(rng) for _ in range(rng.choice([1, 1, 2]))) + octets[at:]


def delete(rng: Random, octets: bytes) -> bytes:
    at = somewhere(rng, octets)
    return octets[:at] + octets[at + rng.choice([1, 1, 2, 5]) :]


def replace(rng: Random, octets: bytes) -> bytes:
    at = somewhere(rng, octets)
    return octets[:at] + trick(rng) + octets[at + 1 :]


def insert_text(rng: Random, octets: bytes) -> bytes:
    at = somewhere(rng, octets)
    return octets[:at] + snippets(rng) + octets[at:]


def look_alike(rng: Random, octets: bytes) -> bytes:
    def change(address: bytes) -> bytes:
        at = rng.randrange(len(address) + 1)
        return address[:at] + rng.choice(BEYOND_ASCII) + address[at + rng.choice([0, 1]) :]

    return with_body(rng, octets, lambda body: with_address(rng, body, change))


def copy_piece(rng: Random, octets: bytes) -> bytes:
    begin = somewhere(rng, octets)
    piece = octets[begin : begin + rng.randint(1, 30)]
    at = somewhere(rng, octets)
    return octets[:at] + piece + octets[at:]


# --- tokens ----------------------------------------------------------------------------------------


def written_anew(rng: Random, octets: bytes) -> bytes:
    return with_body(rng, octets, lambda _: b" " + address_list(rng))


def name_and_address_swapped(rng: Random, octets: bytes) -> bytes:
    def change(body: bytes) -> bytes:
        name, bracket, rest = body.partition(b"<")
        address, _, behind = rest.partition(b">")
        if not bracket:
            return b' "%s" <%s>' % (body.strip(), victim(rng))
        return b" %s <%s>%s" % (address, name.strip(), behind)

    return with_body(rng, octets, change)


def second_name(rng: Random, octets: bytes) -> bytes:
    """More in front of the address."""
    more = rng.choice([quoted_string, comment, lambda rng: encoded_word(rng, snippets(rng)), snippets])(rng)
    return with_body(rng, octets, lambda body: b" " + more + rng.choice(BLANKS) + body.lstrip(b" "))


def more_behind(rng: Random, octets: bytes) -> bytes:
    more = rng.choice([quoted_string, comment, lambda rng: encoded_word(rng, snippets(rng)), snippets])(rng)
    return with_body(rng, octets, lambda body: body + rng.choice(BLANKS) + more)


def in_a_group(rng: Random, octets: bytes) -> bytes:
    name = rng.choice([b"Board", b'"a, b"', b"ceo", b"", victim(rng), b"a <%s>" % victim(rng)])
    end = rng.choice([b";", b";", b"", b";;", b"; ", b";, " + owned(rng)])
    return with_body(rng, octets, lambda body: b" %s:%s%s" % (name, body, end))


def wrapped(rng: Random, octets: bytes) -> bytes:
    """An address, or all of the field, in the brackets of something else."""
    opening, closing = rng.choice(
        [(b"(", b")"), (b'"', b'"'), (b"<", b">"), (b"[", b"]"), (b"<<", b">>"), (b"\\", b""), (b"((", b"))"), (b"'", b"'")]
    )
    if rng.random() < 0.2:
        closing = b""

    def change(text: bytes) -> bytes:
        return opening + text + closing

    if rng.random() < 0.6:
        return with_body(rng, octets, lambda body: with_address(rng, body, change))
    return with_body(rng, octets, lambda body: b" " + change(body.strip()))


def encoded(rng: Random, octets: bytes) -> bytes:
    """A piece of the field as an encoded word."""

    def change(body: bytes) -> bytes:
        begin = rng.randint(0, len(body))
        end = rng.randint(begin, min(len(body), begin + 40))
        return body[:begin] + encoded_word(rng, body[begin:end]) + body[end:]

    if rng.random() < 0.3:
        return with_body(rng, octets, lambda body: with_address(rng, body, lambda text: encoded_word(rng, text)))
    return with_body(rng, octets, change)


def routed(rng: Random, octets: bytes) -> bytes:
    foreign = victim(rng)
    local_part, _, domain = foreign.partition(b"@")

    def change(address: bytes) -> bytes:
        return rng.choice(
            [
                b"@%s:%s" % (domain, address),
                b"@example.org,@%s:%s" % (domain, address),
                b"%s%%%s@example.org" % (local_part, domain),
                b"%s!%s" % (domain, address),
                b"%s@%s" % (address, domain),
                b"%s.%s" % (address, domain),
                b'"%s"@example.org' % foreign,
                b"jane+%s@example.org" % local_part,
                b'"jane+%s"@example.org' % foreign,
                b"%s(%s)" % (address, foreign),
                address.replace(b"@", b"(%s)@" % foreign),
                address.replace(b"@", b"@(%s)" % foreign),
                address.replace(b"@", b" @ "),
                address.replace(b".", b" . "),
                address.replace(b"example.org", b"[127.0.0.1]"),
                address + b".",
            ]
        )

    return with_body(rng, octets, lambda body: with_address(rng, body, change))


def another_mailbox(rng: Random, octets: bytes) -> bytes:
    other = mailbox(rng, owned(rng) if rng.random() < 0.6 else victim(rng))
    separator = rng.choice([b", ", b",", b";", b" ", b"\r\n ", b",, ", b", ,", b" and "])

    def change(body: bytes) -> bytes:
        return b" " + other + separator + body if rng.random() < 0.5 else body + separator + other

    changed = with_body(rng, octets, change)
    # RFC 5322 3.6.2: several authors need one.
    return b"Sender: jane@example.org\r\n" + changed if rng.random() < 0.7 else changed


def stray(rng: Random, octets: bytes) -> bytes:
    mark = rng.choice([b'"', b"(", b")", b"<", b">", b"\\", b"'", b'""', b"()", b"<>", b'\\"', b"\\)", b"=?", b"?=", b":;"])

    def change(body: bytes) -> bytes:
        at = rng.randint(0, len(body))
        return body[:at] + mark + body[at:]

    return with_body(rng, octets, change)


# --- lines -----------------------------------------------------------------------------------------


def with_lines(rng: Random, octets: bytes, change: Callable[[list[bytes]], None]) -> bytes:
    lines, rest = header_lines(octets)
    change(lines)
    return b"".join(lines) + rest


def duplicated(rng: Random, octets: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        lines.insert(rng.randint(0, len(lines)), rng.choice(lines))

    return with_lines(rng, octets, change)


def reordered(rng: Random, octets: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        lines.insert(rng.randint(0, len(lines) - 1), lines.pop(rng.randrange(len(lines))))

    return with_lines(rng, octets, change)


def another_field(rng: Random, octets: bytes) -> bytes:
    """One more field, which is a From to some."""
    names = [b"From", b"Sender", b"from", b"X-From", b"Reply-To", b"X-A", b"Fro\\m", b"From\xc2\xa0", b".From", b"=?utf-8?q?From?="]
    names += [b"From ", b"From\t", b" From", b"Resent-From", b"Comments: x\r\nFrom", b"Return-Path", b"Apparently-From", b"From_"]
    body = rng.choice([victim(rng), owned(rng), address_list(rng), b"x\rFrom: %s" % victim(rng), b"x\nFrom: %s" % victim(rng)])
    colon = rng.choice([b": ", b": ", b": ", b":", b" : ", b"\t:", b"", b"=", b"\r\n : ", b"::"])
    line = rng.choice(names) + colon + body + rng.choice([b"\r\n"] * 6 + [b"\n", b"\r", b"\r\r\n", b""])

    def change(lines: list[bytes]) -> None:
        lines.insert(rng.randint(0, len(lines)), line)

    return with_lines(rng, octets, change)


def with_sender(rng: Random, octets: bytes) -> bytes:
    return rng.choice([b"Sender", b"Sender", b"sender", b"Resent-From"]) + b": " + mailbox(rng, owned(rng)) + b"\r\n" + octets


def folded(rng: Random, octets: bytes) -> bytes:
    fold = rng.choice([b"\r\n ", b"\r\n ", b"\r\n\t", b"\r\n \r\n ", b"\r\n\t\r\n\t", b"\n ", b"\r ", b"\r\n  "])
    blanks = [match.start() for match in re.finditer(rb"[ \t]", octets[: header_end(octets)])]
    at = rng.choice(blanks) if blanks and rng.random() < 0.5 else somewhere(rng, octets)
    return octets[:at] + fold + octets[at:]


def without_colon(rng: Random, octets: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        at = rng.randrange(len(lines))
        lines[at] = lines[at].replace(b":", rng.choice([b"", b" :", b"\t:", b"::", b": :", b"\r\n :", b"\xef\xbc\x9a"]), 1)

    return with_lines(rng, octets, change)


def name_in_another_case(rng: Random, octets: bytes) -> bytes:
    def change(lines: list[bytes]) -> None:
        at = rng.randrange(len(lines))
        name, colon, rest = lines[at].partition(b":")
        lines[at] = rng.choice([name.upper(), name.lower(), name.swapcase(), name.title()]) + colon + rest

    return with_lines(rng, octets, change)


def padded(rng: Random, octets: bytes) -> bytes:
    """A field or line just below or beyond a size at which somebody gives up."""
    size = rng.choice([70, 78, 256, 512, 990, 998, 1000, 1024, 2048, 4096, 8192] * 3 + [65536, 98304, 102400])
    size = max(1, size + rng.randint(-40, 40))
    filling = rng.choice([b" ", b"x", b"x ", b"\t", b"(x)", b"x\r\n "])
    padding = (filling * (size // len(filling) + 1))[:size]
    kind = rng.random()
    if kind < 0.4:
        return with_body(rng, octets, lambda body: b" " + padding.strip(b"\r\n") + body)
    if kind < 0.6:
        return with_body(rng, octets, lambda body: body + b" (%s)" % padding.strip(b"\r\n"))
    return b"X-A: " + padding.rstrip() + b"\r\n" + octets


def lines_before(rng: Random, octets: bytes) -> bytes:
    lines = [b"From ceo@example.org Fri Nov 20 10:00:00 2026\r\n", b">From ceo@example.org\r\n", b" From: ceo@example.org\r\n"]
    lines += [b"\r\n", b" \r\n", b".\r\n", b".From: ceo@example.org\r\n", b"X-A: b\r\n", b"\xef\xbb\xbf", b"Received: by x\r\n"]
    lines += [b"From: ceo@example.org\r\n", b"X-A: b\r\n c\r\n", b"Subject:\r\n x\r\n", b"HTTP/1.1 200 OK\r\n", b"-- \r\n"]
    return rng.choice(lines) + octets


def empty_line_moved(rng: Random, octets: bytes) -> bytes:
    lines, rest = header_lines(octets)
    if rng.random() < 0.5 and rest.startswith(b"\r\n"):
        rest = rest[2:]
    lines.insert(rng.randint(0, len(lines)), rng.choice([b"\r\n", b"\r\n", b"\n", b"\r\r\n", b" \r\n", b"\r\n\r\n", b".\r\n"]))
    return b"".join(lines) + rest


def other_line_end(rng: Random, octets: bytes) -> bytes:
    end = rng.choice([b"\n", b"\r", b"\r\r\n", b"\n\r", b"\0\r\n", b"\v", b"\f", b"\xc2\x85", b"\xe2\x80\xa8", b"\x1e\r\n"])
    places = [match.start() for match in re.finditer(rb"\r\n", octets)]
    if not places:
        return octets + end
    at = rng.choice(places)
    return octets[:at] + end + octets[at + 2 :]


def cut(rng: Random, octets: bytes) -> bytes:
    return octets[: rng.randint(0, len(octets))]


# How often, and what.
MUTATIONS: list[tuple[int, Mutation]] = [
    *((6, insert), (3, delete), (5, replace), (5, insert_text), (3, look_alike), (4, copy_piece)),
    *((24, written_anew), (3, name_and_address_swapped), (8, second_name), (6, more_behind), (3, in_a_group)),
    *((4, wrapped), (6, encoded), (4, routed), (6, another_mailbox), (4, stray)),
    *((2, duplicated), (3, reordered), (5, another_field), (4, with_sender), (6, folded), (2, without_colon), (2, name_in_another_case)),
    *((3, padded), (2, lines_before), (2, empty_line_moved), (2, other_line_end), (1, cut)),
]
