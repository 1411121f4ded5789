"""What is sent: the mails of tests/mails, and how one of them travels."""

from dataclasses import dataclass, field
from pathlib import Path

# The gateway's listeners: behind the second is a Postfix that repairs and completes headers, as it does for
# clients of its own network; the third judges no header.
UNTOUCHED, REPAIRED, UNJUDGED = "untouched", "repaired", "unjudged"
LISTENERS = (UNTOUCHED, REPAIRED, UNJUDGED)

FOLDER = Path(__file__).resolve().parents[1] / "mails"


@dataclass
class Mail:
    base: str  # the file it comes from: "own/02-thunderbird"
    octets: bytes
    smtputf8: bool = False
    # Sizes of BDAT's chunks, which add up to the whole mail; None: by DATA.
    chunks: list[int] | None = None
    # By DATA: lines that begin with a dot are not stuffed, as an attacker would leave them.
    raw_dots: bool = False
    listener: str = UNTOUCHED
    number: int = 0
    mutations: list[str] = field(default_factory=list)

    @property
    def own(self) -> bool:
        return self.base.startswith("own/")

    @property
    def mutated(self) -> bool:
        return bool(self.mutations)

    def description(self) -> str:
        way = "DATA" if self.chunks is None else f"BDAT {self.chunks}"
        marks = [way] + [self.listener] + ["SMTPUTF8"] * self.smtputf8 + ["raw dots"] * self.raw_dots
        marks += self.mutations
        return f"{self.base} ({', '.join(marks)})"


def load(name: str) -> list[Mail]:
    """tests/mails/<name>, sorted by name."""
    return [
        Mail(f"{name}/{path.stem}", path.read_bytes(), smtputf8="smtputf8" in path.stem)
        for path in sorted((FOLDER / name).glob("*.eml"))
    ]


def ways_to_send(mail: Mail) -> list[Mail]:
    """An unmutated mail in all the ways that there are for it."""
    half = len(mail.octets) // 2
    ways = []
    for listener in (UNTOUCHED, REPAIRED):
        # DATA has no way to say that a mail does not end with a line end: that would be another mail.
        if mail.octets.endswith(b"\r\n"):
            ways.append(Mail(mail.base, mail.octets, mail.smtputf8, listener=listener))
        chunks = [half, len(mail.octets) - half]
        ways.append(Mail(mail.base, mail.octets, mail.smtputf8, chunks, listener=listener))
    return ways
