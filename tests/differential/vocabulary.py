"""The pieces that mutations are made of: addresses, octets that somebody reads otherwise, words, comments."""

import base64
import quopri
from random import Random

VICTIMS = [b"ceo@example.org", b"ceo@example.com", b"jane@evil.test", b"ceo@evil.test"]
OWNED = [b"jane@example.org", b"Jane@Example.ORG", b"jane+x@example.org", b'"jane"@example.org', b"JANE@example.org"]

SPECIALS = [bytes([octet]) for octet in b"\"()<>,;:@\\[].=?% !'*_/+-&#\x7f"]
BREAKS = [b"\r", b"\n", b"\r\n", b"\r\n ", b"\r\n\t", b"\0", b"\t", b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x1b"]
BEYOND_ASCII = [
    text.encode()
    for text in (
        *("\u0435", "\u0430", "\u0131", "\u212a", "\u017f", "\uff4a"),  # look like or fold to ASCII letters
        *("\uff20", "\ufe6b", "\uff0e", "\u3002", "\uff1c", "\uff1e", "\uff0c"),  # fullwidth @ . < > ,
        *("\u0085", "\u2028", "\u2029", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u202e", "\ufeff"),
        *("\u0301", "\u00e9", "\ufffd", "\U0001f600"),
    )
]
NOT_UTF8 = [b"\xe9", b"\x80", b"\xff", b"\xc0\x80", b"\xc1\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x85", b"\xa0"]

ATOMS = [b"Jane", b"Doe", b"Q.", b"Dr.", b"J.", b"O'Hara", b"ceo", b"Boss", b"Sales", b"a.b", b"-", b"evil.test", b"?="]
BLANKS = [b" ", b" ", b" ", b"  ", b"\t", b"\r\n ", b"\r\n\t", b""]

CHARSETS = [
    *(b"utf-8", b"UTF-8", b"us-ascii", b"iso-8859-1", b"windows-1252", b"utf-7", b"iso-2022-jp", b"utf-16", b"utf-16le"),
    *(b"utf-16be", b"utf-32", b"shift_jis", b"gb2312", b"gbk", b"big5", b"euc-kr", b"hz-gb-2312", b"iso-2022-kr"),
    *(b"cp037", b"utf-8*en", b"unicode-1-1-utf-7", b"x-unknown", b"", b"unicode_escape", b"punycode", b"rot13"),
]
# Charsets in which "@" is written otherwise than in ASCII.
ENCODERS = {
    b"utf-7": lambda text: text.replace(b"@", b"+AEA-").replace(b"<", b"+ADw-"),
    b"unicode-1-1-utf-7": lambda text: text.replace(b"@", b"+AEA-"),
    b"unicode_escape": lambda text: text.replace(b"@", b"\\x40"),
    b"iso-2022-jp": lambda text: b"\x1b(J" + text + b"\x1b(B",
    b"hz-gb-2312": lambda text: text.replace(b"~", b"~~"),
    b"utf-16": lambda text: text.decode("latin-1").encode("utf-16"),
    b"utf-16le": lambda text: text.decode("latin-1").encode("utf-16le"),
    b"utf-16be": lambda text: text.decode("latin-1").encode("utf-16be"),
    b"utf-32": lambda text: text.decode("latin-1").encode("utf-32"),
    b"cp037": lambda text: text.decode("latin-1").encode("cp037", "replace"),
}


def victim(rng: Random) -> bytes:
    return rng.choice(VICTIMS)


def owned(rng: Random) -> bytes:
    return rng.choice(OWNED) if rng.random() < 0.4 else OWNED[0]


def trick(rng: Random) -> bytes:
    """A few octets that mean something to somebody."""
    kind = rng.random()
    if kind < 0.55:
        return rng.choice(SPECIALS)
    if kind < 0.7:
        return rng.choice(BREAKS)
    if kind < 0.85:
        return rng.choice(BEYOND_ASCII)
    if kind < 0.9:
        return rng.choice(NOT_UTF8)
    return bytes([rng.randrange(256)])


def encoded_word(rng: Random, text: bytes) -> bytes:
    charset = rng.choice(CHARSETS[:2] if rng.random() < 0.7 else CHARSETS)
    octets = ENCODERS.get(charset, bytes)(text)
    if rng.random() < 0.5:
        return b"=?%s?%s?%s?=" % (charset, rng.choice([b"B", b"b"]), base64.b64encode(octets))
    if rng.random() < 0.2:  # not encoded at all, which most decoders put up with
        content = octets.replace(b" ", b"_")
    elif rng.random() < 0.5:
        content = b"".join(b"=%02X" % octet for octet in octets)
    else:
        content = quopri.encodestring(octets, quotetabs=True, header=True).replace(b"=\n", b"")
        for special in b"@<>()\",;:.?":
            if rng.random() < 0.7:
                content = content.replace(bytes([special]), b"=%02X" % special)
    return b"=?%s?%s?%s?=" % (charset, rng.choice([b"Q", b"q"]), content)


def snippet(rng: Random) -> bytes:
    """What an attacker would like to be taken for an address, or to end something."""
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(ATOMS)
    if kind < 0.57:
        return victim(rng)
    if kind < 0.64:
        return owned(rng)
    if kind < 0.67:
        return beside_owned(rng)
    if kind < 0.71:
        return b"<" + rng.choice([victim(rng), owned(rng)]) + b">"
    if kind < 0.9:
        return rng.choice(SPECIALS)
    if kind < 0.96:
        return rng.choice(BEYOND_ASCII)
    return trick(rng)


def beside_owned(rng: Random) -> bytes:
    """An owned address with something that some readers take for a part of it."""
    gap = rng.choice([b" ", b"  ", b"\t", b"(x)", b" (x) ", b"", b'""'])
    before = rng.choice([b"", b"", b"ceo", b"ceo.", b"ceo@", b'"ceo".', b'"ceo"', b"@evil.test:", b"evil.test!"])
    behind = rng.choice([b"", b"", b".evil.test", b"anisation.test", b"@evil.test", b"[127.0.0.1]", b"%evil.test", b"_"])
    return before + (gap if before else b"") + owned(rng) + (gap if behind else b"") + behind


def snippets(rng: Random) -> bytes:
    separator = rng.choice([b"", b" "])
    return separator.join(snippet(rng) for _ in range(rng.choice([1, 1, 2, 3, 4])))


def quoted_string(rng: Random) -> bytes:
    content = snippets(rng)
    if rng.random() < 0.8:
        content = content.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    if rng.random() < 0.1:
        content += b"\\"
    return b'"' + content + b'"'


def comment(rng: Random, depth: int = 0) -> bytes:
    content = snippets(rng)
    if rng.random() < 0.8:
        content = content.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    if depth < 4 and rng.random() < 0.25:
        content += comment(rng, depth + 1) + rng.choice([b"", victim(rng)])
    return b"(" + content + b")"


def display_name(rng: Random) -> bytes:
    words = []
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        kind = rng.random()
        if kind < 0.4:
            words.append(rng.choice(ATOMS))
        elif kind < 0.65:
            words.append(quoted_string(rng))
        elif kind < 0.9:
            words.append(encoded_word(rng, snippets(rng)))
        else:
            words.append(comment(rng))
    return b"".join(word + rng.choice(BLANKS) for word in words)


def mailbox(rng: Random, address: bytes) -> bytes:
    kind = rng.random()
    if kind < 0.7:
        written = display_name(rng) + b"<" + address + b">"
    elif kind < 0.9:
        written = address + rng.choice(BLANKS) + comment(rng)
    else:
        written = address
    return written + (rng.choice(BLANKS) + comment(rng) if rng.random() < 0.1 else b"")


def address_list(rng: Random) -> bytes:
    """The body of a From or Sender, mostly of jane's own, in all the forms that the grammar has."""
    addresses = [owned(rng) if rng.random() < 0.97 else victim(rng) for _ in range(rng.choice([1, 1, 1, 2]))]
    written = (b"," + rng.choice(BLANKS)).join(mailbox(rng, address) for address in addresses)
    if rng.random() < 0.1:
        written = display_name(rng) + b":" + rng.choice(BLANKS) + written + b";"
    return written
