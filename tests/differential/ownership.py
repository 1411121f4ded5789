"""Whose an address is that a reader has found."""

import re
import unicodedata
from typing import NamedTuple

LOCAL_PART, DOMAIN = "jane", "example.org"  # what the directory of servers.py gives to jane


class Sighting(NamedTuple):
    """An address that a reader sees in From or Sender."""

    reader: str
    field: str
    local_part: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local_part}@{self.domain}"


def sighting(reader: str, field: str, address: str) -> Sighting | None:
    """None without a domain: nobody takes that for somebody's address."""
    local_part, at, domain = address.rpartition("@")
    return Sighting(reader, field, local_part, domain) if at and domain.strip() else None


def is_janes(seen: Sighting) -> bool:
    address = utf8(seen.address)
    if is_janes_address(address):
        return True
    if not re.search(r'\s|^".*"$', address):
        return False
    # A display name that has been taken for an address: who looks for one in it finds these.
    pieces = [piece for piece in re.split(r'[\s"<>(),;:\[\]\\]', address) if "@" in piece]
    return bool(pieces) and all(map(is_janes_address, pieces))


def is_janes_address(address: str) -> bool:
    local_part, _, domain = address.rpartition("@")
    local_part = unquoted(local_part)
    # Some program on the way may take the address in such a tag for the real one.
    if re.search(r"[@%!]", local_part):
        return False
    name, _, _ = unicodedata.normalize("NFC", local_part).lower().partition("+")
    return name == LOCAL_PART and a_labels(domain) == DOMAIN


def utf8(text: str) -> str:
    """Python keeps octets beyond ASCII as surrogates."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def unquoted(local_part: str) -> str:
    if len(local_part) > 1 and local_part[0] == local_part[-1] == '"':
        return re.sub(r"\\(.)", r"\1", local_part[1:-1])
    return local_part


def a_labels(domain: str) -> str:
    if len(domain) > 255:  # Python's codec takes minutes for long ones
        return domain.lower()
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain.lower()
