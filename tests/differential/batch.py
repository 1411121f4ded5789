"""One batch of mails on its way: handed in, delivered, read by everybody, judged."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from multiprocessing.pool import Pool
from pathlib import Path

import imap
import readers
from mails import UNJUDGED, Mail
from ownership import Sighting, is_janes
from servers import Dovecot, Gateway, Postfix
from submission import recipient, submit

SHARE = 250  # mails that a process reads at once


@dataclass
class Outcome:
    """What became of one mail."""

    mail: Mail
    reply: str
    delivered: list[bytes] = field(default_factory=list)
    seen: list[Sighting] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        return self.reply.startswith("250")

    def foreign(self) -> list[Sighting]:
        return sorted({each for each in self.seen if not is_janes(each)})

    def objections(self) -> list[str]:
        """Everything that must not be; empty: all is well."""
        if self.mail.listener == UNJUDGED:
            return []
        found = []
        if not self.reply.startswith(("250", "5")):
            found.append(f"the gateway says {self.reply}")
        if not self.mail.mutated and self.mail.own != self.accepted:
            found.append(f"{'a real mail' if self.mail.own else 'a trick'} is answered {self.reply}")
        if len(self.delivered) != int(self.accepted):
            found.append(f"it is answered {self.reply} and delivered {len(self.delivered)} times")
        found += [f"{each.reader} sees {each.address!r} in {each.field}" for each in self.foreign()]
        if self.accepted and not self.mail.mutated:
            blind = readers.RELIABLE - {each.reader for each in self.seen if is_janes(each)}
            found += [f"{reader} does not see jane" for reader in sorted(blind)]
        return found


class Site:
    """The servers, and the processes that read."""

    def __init__(self, gateway: Gateway, postfix: Postfix, dovecot: Dovecot, pool: Pool):
        self.gateway, self.postfix, self.dovecot, self.pool = gateway, postfix, dovecot, pool
        self.failures: dict[str, int] = defaultdict(int)  # of readers that gave up

    def send(self, mails: list[Mail]) -> list[Outcome]:
        try:
            replies = submit(self.gateway, mails)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self.gateway.last_words()}") from error
        self.postfix.wait_until_idle()
        outcomes = {recipient(mail): Outcome(mail, replies[mail.number]) for mail in mails}
        self._read(outcomes)
        self.postfix.clear()
        return list(outcomes.values())

    def _read(self, outcomes: dict[str, Outcome]) -> None:
        whose: dict[str, Outcome] = {}
        paths = self.postfix.delivered()
        for path in paths:
            octets = path.read_bytes()
            to = delivered_to(octets)
            if to not in outcomes:
                raise RuntimeError(f"nobody has sent this mail to {to}:\n{octets[:3000].decode('latin-1')}")
            whose[path.name] = outcomes[to]
            outcomes[to].delivered.append(octets)
        shares = [paths[i : i + SHARE] for i in range(0, len(paths), SHARE)]
        for seen, failures in self.pool.imap_unordered(readers.read, shares):
            for path, found in seen.items():
                whose[path.name].seen += found
            for reader, count in failures.items():
                self.failures[reader] += count
        # The last, because it renames the files.
        found_by_dovecot = imap.read(self.dovecot.port)
        if found_by_dovecot.keys() != whose.keys():
            raise RuntimeError("Dovecot does not see the same mails")
        for name, found in found_by_dovecot.items():
            whose[name].seen += found


def delivered_to(octets: bytes) -> str:
    """Postfix puts this in front of all that the mail itself says."""
    match = re.search(rb"^Delivered-To: (.*)$", octets, re.M)
    return match.group(1).decode("latin-1") if match else "nobody"
