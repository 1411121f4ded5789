"""One number, one mail: the mutation of that number, the same on every machine."""

from random import Random

import mutations
from mails import REPAIRED, UNTOUCHED, Mail

WEIGHTS = [weight for weight, _ in mutations.MUTATIONS]
CHOICES = [mutation for _, mutation in mutations.MUTATIONS]


def mutation(number: int, seed: int, own: list[Mail], foreign: list[Mail]) -> Mail:
    rng = Random(f"{seed}/{number}")
    # Of what is foreign already little becomes acceptable.
    base = rng.choice(own if rng.random() < 0.88 else foreign)
    octets, applied = base.octets, []
    for mutate in rng.choices(CHOICES, WEIGHTS, k=rng.choices([1, 2, 3, 4], [62, 24, 9, 5])[0]):
        octets = mutate(rng, octets)
        applied.append(mutate.__name__)
    if rng.random() < 0.05:
        octets = spliced(rng, octets, rng.choice(foreign).octets)
        applied.append("spliced")
    mail = Mail(base.base, octets, number=number, mutations=applied)
    mail.smtputf8 = base.smtputf8 or rng.random() < 0.4
    mail.listener = rng.choice([UNTOUCHED, REPAIRED])
    mail.chunks = chunks(rng, octets) if rng.random() < 0.4 else None
    mail.raw_dots = mail.chunks is None and rng.random() < 0.15
    return mail


def spliced(rng: Random, octets: bytes, foreign: bytes) -> bytes:
    """A field of a foreign mail, or a piece of one, in this mail."""
    fields = [match.group() for match in mutations.SENDING_FIELD.finditer(foreign)]
    if not fields:
        return octets
    piece = rng.choice(fields)
    if rng.random() < 0.5:
        begin = rng.randrange(len(piece))
        piece = piece[begin : rng.randint(begin, len(piece))]
        at = mutations.somewhere(rng, octets)
        return octets[:at] + piece + octets[at:]
    return piece + b"\r\n" + octets


def chunks(rng: Random, octets: bytes) -> list[int]:
    places = sorted(rng.randint(0, len(octets)) for _ in range(rng.choice([0, 1, 1, 2, 3, 5])))
    edges = [0, *places, len(octets)]
    return [end - begin for begin, end in zip(edges, edges[1:])]
