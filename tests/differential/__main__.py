"""Who else could the mails be from that Postern lets jane send?

Every mail of tests/mails, and COUNT mutations of them, go through a real gateway to a real Postfix. What is
accepted is read in the maildir behind it by parsers that know nothing of Postern: Python's (three ways), GMime,
Perl's MailTools, and Dovecot's ENVELOPE. An address in From or Sender that jane does not own is a failure.
"""

import argparse
import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import mails
from batch import Site
from generator import mutation
from run import Run
from servers import Dovecot, Gateway, Postfix

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    arguments = parse_arguments()
    own, foreign = mails.load("own"), mails.load("foreign")
    if arguments.show is not None:
        shown = mutation(arguments.show, arguments.seed, own, foreign)
        print(shown.description(), file=sys.stderr)
        sys.stdout.buffer.write(shown.octets)
        return 0
    if os.geteuid() != 0:
        print("scripts/differential has to run as root: Postfix wants that", file=sys.stderr)
        return 1
    with servers(arguments.build.resolve()) as site:
        if arguments.mail:
            return look_at(site, arguments.mail)
        run = Run(site, arguments.seed, ROOT / "build/differential" / str(arguments.seed))
        run.unmutated(own, foreign)
        run.unjudged(foreign)
        run.mutated(arguments.count, own, foreign)
        return run.conclude(arguments.verbose)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/differential", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("count", nargs="?", type=int, default=1000, metavar="COUNT", help="mutations (1000)")
    parser.add_argument("seed", nargs="?", type=int, default=5321, metavar="SEED", help="of the mutations (5321)")
    parser.add_argument(
        "--build",
        type=Path,
        default=Path(os.environ.get("POSTERN_BUILD", ROOT / "build/release")),
        metavar="FOLDER",
        help="whose bin/postern is tried ($POSTERN_BUILD, else build/release)",
    )
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print that mutation of SEED, send nothing")
    parser.add_argument(
        "--mail", type=Path, action="append", metavar="FILE", help="send this mail only, and print who sees what"
    )
    parser.add_argument("--verbose", action="store_true", help="also print how often each mutation was accepted")
    return parser.parse_args()


@contextlib.contextmanager
def servers(build: Path) -> Iterator[Site]:
    # Memory where there is some: Postfix waits for the disk with every mail.
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with contextlib.ExitStack() as stack:
        # Before any thread, and so that Ctrl-C and SIGTERM unwind here, and not there.
        pool = stack.enter_context(multiprocessing.get_context("fork").Pool(os.cpu_count(), ignore_interrupts))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        folder = Path(tempfile.mkdtemp(prefix="postern-differential-", dir=base))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)
        postfix = Postfix(folder)
        stack.callback(postfix.stop)
        dovecot = Dovecot(folder, postfix.mailbox)
        stack.callback(dovecot.stop)
        gateway = Gateway(folder, build, postfix.untouched, postfix.repaired)
        stack.callback(gateway.stop)
        yield Site(gateway, postfix, dovecot, pool)
        status = gateway.stop()
        if status != 0 or any(word in gateway.last_words() for word in ("Sanitizer:", "runtime error:")):
            raise RuntimeError(f"the gateway ends with status {status}:\n{gateway.last_words()}")


def ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def look_at(site: Site, files: list[Path]) -> int:
    given = [mails.Mail(str(file), file.read_bytes(), "smtputf8" in file.stem) for file in files]
    foreign = False
    for number, way in enumerate(way for mail in given for way in mails.ways_to_send(mail)):
        way.number = number
        (outcome,) = site.send([way])
        print(f"{way.description()}: {outcome.reply}")
        for seen in outcome.seen:
            print(f"    {seen.reader:28}{seen.field:8}{seen.address!r}")
        foreign = foreign or bool(outcome.foreign())
    return int(foreign)


if __name__ == "__main__":
    sys.exit(main())
