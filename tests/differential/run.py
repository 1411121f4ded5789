"""The whole test, batch after batch, and what comes of it."""

import dataclasses
import shutil
import time
from collections import Counter
from pathlib import Path

import mails
import readers
from batch import Outcome, Site
from generator import mutation
from mails import Mail

BATCH = 1500
# With fewer accepted the foreign readers would have nothing to read, and the test would test nothing.
LEAST_ACCEPTED = 0.15
# Of the foreign mails, when nobody judges them, every reader has to see at least so many for what they are.
LEAST_UNMASKED = 20
MOST_FINDINGS = 50  # then it stops
UNMUTATED = 9_000_000  # their numbers, beside those of the mutations, which begin with 0


class Run:
    """`findings`: a folder for the mails that fail."""

    def __init__(self, site: Site, seed: int, findings: Path):
        self.site, self.seed, self.findings = site, seed, findings
        self.failed: list[str] = []
        self.applied: Counter = Counter()  # how often each mutation was
        self.accepted: Counter = Counter()  # and how often the mail went through
        shutil.rmtree(findings, ignore_errors=True)

    def unmutated(self, own: list[Mail], foreign: list[Mail]) -> None:
        ways = [way for mail in own + foreign for way in mails.ways_to_send(mail)]
        outcomes = self._batch([dataclasses.replace(way, number=UNMUTATED + i) for i, way in enumerate(ways)])
        print(f"{len(outcomes)} unmutated mails", flush=True)

    def unjudged(self, foreign: list[Mail]) -> None:
        """Without Postern's judgement the readers do see foreign addresses: it is not they who are blind."""
        changed = {"listener": mails.UNJUDGED, "smtputf8": True}
        outcomes = self._batch(
            [dataclasses.replace(m, number=2 * UNMUTATED + i, chunks=[len(m.octets)], **changed) for i, m in enumerate(foreign)]
        )
        for reader in sorted(readers.RELIABLE):
            unmasked = sum(any(seen.reader == reader for seen in outcome.foreign()) for outcome in outcomes)
            if unmasked < LEAST_UNMASKED:
                self.failed.append(f"{reader} sees foreign addresses in {unmasked} of the foreign mails only")

    def mutated(self, count: int, own: list[Mail], foreign: list[Mail]) -> None:
        began = time.monotonic()
        sent = taken = 0
        while sent < count and len(self.failed) < MOST_FINDINGS:
            numbers = range(sent, min(sent + BATCH, count))
            outcomes = self._batch([mutation(number, self.seed, own, foreign) for number in numbers])
            sent = numbers.stop
            taken += sum(outcome.accepted for outcome in outcomes)
            rate = sent / (time.monotonic() - began)
            print(f"{sent} mutations, {taken / sent:.1%} accepted, {rate:.0f}/s", flush=True)
        if sent >= 100 and taken / sent < LEAST_ACCEPTED:
            self.failed.append("too few mutations were accepted: that says nothing about Postern")

    def conclude(self, verbose: bool) -> int:
        if verbose:
            for name, count in self.applied.most_common():
                print(f"    {name:28}{count:8}{self.accepted[name] / count:6.0%} accepted")
            for reader, count in sorted(self.site.failures.items()):
                print(f"    {count} mails were too much for {reader}")
        if not self.failed:
            print("Nobody sees a foreign address.")
            return 0
        for each in self.failed:
            print(f"FAILED: {each}")
        return 1

    def _batch(self, batch: list[Mail]) -> list[Outcome]:
        outcomes = self.site.send(batch)
        for outcome in outcomes:
            self.applied.update(outcome.mail.mutations)
            if outcome.accepted:
                self.accepted.update(outcome.mail.mutations)
            if objections := outcome.objections():
                self._keep(outcome, objections)
        return outcomes

    def _keep(self, outcome: Outcome, objections: list[str]) -> None:
        mail = outcome.mail
        self.findings.mkdir(parents=True, exist_ok=True)
        path = self.findings / f"{mail.number:07}.eml"
        path.write_bytes(mail.octets)
        for i, octets in enumerate(outcome.delivered):
            path.with_suffix(f".delivered-{i}").write_bytes(octets)
        self.failed.append(f"{path}: number {mail.number} of seed {self.seed}, {mail.description()}")
        print(self.failed[-1], *objections, sep="\n    ", flush=True)
