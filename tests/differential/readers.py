"""The foreign eyes that read a delivered mail from its file: Python, GMime and Perl's MailTools."""

import email
import email.errors
import email.header
import email.message
import email.policy
import email.utils
import inspect
import json
import re
import subprocess
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ownership import Sighting, sighting

FIELDS = ("From", "Sender")
GROUP = re.compile(r'^(?:"(?:[^"\\]|\\.)*"|[^":@])*:')


# Those that find the owner of every good mail; imap.py has the last one. Decoding first loses some.
RELIABLE = {"python-compat32", "python-structured", "gmime", "gmime-field", "mail-tools", "dovecot"}


def values(message: email.message.Message) -> Iterator[tuple[str, str]]:
    """Field and value of every From and Sender, as UTF-8 where they are that."""
    for name, value in message.raw_items():
        if name.capitalize() in FIELDS:
            yield name.capitalize(), str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def found_in(value: str, reader: str, field: str) -> Iterator[Sighting | None]:
    """As this Python finds them, and as those before it did, which gave no field up that has an odd address."""
    for _, address in email.utils.getaddresses([value]):
        yield sighting(reader, field, address)
    if "strict" in inspect.signature(email.utils.getaddresses).parameters:
        for _, address in email.utils.getaddresses([value], strict=False):
            yield sighting(f"{reader}-older", field, address)


def legacy_python(octets: bytes) -> Iterator[Sighting | None]:
    """What nearly every Python program does."""
    message = email.message_from_bytes(octets)
    for field, value in values(message):
        yield from found_in(value, "python-compat32", field)


def decoding_python(octets: bytes) -> Iterator[Sighting | None]:
    """The popular mistake: encoded words are decoded first, and then addresses are looked for."""
    message = email.message_from_bytes(octets)
    for field, value in values(message):
        decoded = "".join(text_of(*part) for part in email.header.decode_header(value))
        yield from found_in(decoded, "python-decoded-first", field)


def text_of(part: bytes | str, charset: str | None) -> str:
    if isinstance(part, str):
        return part
    if charset is not None:
        return part.decode(charset, "replace")
    # Beside encoded words decode_header() gives what is beyond Latin-1 as escapes.
    escape = re.compile(r"\\u(?!00)([0-9a-f]{4})|\\U(000[0-9a-f]{5}|0010[0-9a-f]{4})")
    return escape.sub(lambda match: chr(int(match[1] or match[2], 16)), part.decode("latin-1"))


def structured_python(octets: bytes) -> Iterator[Sighting | None]:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    for field in FIELDS:
        for value in message.get_all(field, []):
            for address in value.addresses:
                if address.domain:
                    yield Sighting("python-structured", field, address.username, address.domain)


def gmime(octets: bytes) -> Iterator[Sighting | None]:
    """As evolution and geary see it, and field by field, where the message shows one of several."""
    import gi

    gi.require_version("GMime", "3.0")
    from gi.repository import GMime

    GMime.init()
    message = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(octets)).construct_message(None)
    if message is None:
        return

    def addresses(found) -> Iterator[str]:
        for i in range(found.length() if found else 0):
            address = found.get_address(i)
            if isinstance(address, GMime.InternetAddressGroup):
                yield from addresses(address.get_members())
            else:
                yield address.get_addr() or ""

    for field, found in (("From", message.get_from()), ("Sender", message.get_sender())):
        for address in addresses(found):
            yield sighting("gmime", field, address)
    headers = message.get_header_list()
    for i in range(headers.get_count()):
        header = headers.get_header_at(i)
        field = header.get_name().capitalize()
        if field in FIELDS:
            for address in addresses(GMime.InternetAddressList.parse(None, header.get_raw_value())):
                yield sighting("gmime-field", field, address)


Reader = Callable[[bytes], Iterator[Sighting | None]]
IN_PYTHON: tuple[Reader, ...] = (legacy_python, decoding_python, structured_python, gmime)


def read(paths: list[Path]) -> tuple[dict[Path, list[Sighting]], dict[str, int]]:
    """What the readers see in each mail, and how often each of them gave up."""
    warnings.simplefilter("ignore")  # a charset's escapes that Python finds old-fashioned
    seen: dict[Path, list[Sighting]] = {path: [] for path in paths}
    failures: dict[str, int] = {}
    for path in paths:
        octets = path.read_bytes()
        for reader in IN_PYTHON:
            try:
                seen[path].extend(filter(None, reader(octets)))
            # They fail with whatever comes to hand, and who fails sees nobody else.
            except Exception as error:
                key = f"{reader.__name__}: {type(error).__name__}"
                failures[key] = failures.get(key, 0) + 1
    for path, found in mail_tools(paths):
        seen[path].extend(filter(None, found))
    return seen, failures


def mail_tools(paths: Iterable[Path]) -> Iterator[tuple[Path, list[Sighting | None]]]:
    script = Path(__file__).with_name("mail_tools.pl")
    names = "".join(f"{path}\n" for path in paths)
    told = subprocess.run(["perl", script], input=names.encode(), capture_output=True, check=True)
    for line in told.stdout.splitlines():
        path, found = json.loads(line)
        # They know no groups, and leave the name of one, with its colon, in front of the address.
        yield Path(path), [sighting("mail-tools", field, GROUP.sub("", address)) for field, address in found]
