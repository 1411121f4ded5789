#!/usr/bin/env python3
"""migrations/checksums is what sha256sum says of every migration: an old one is never edited, a new one is added."""

import hashlib
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


class Checksums(unittest.TestCase):
    def test_are_those_of_the_files(self):
        noted = {name: digest for digest, name in
                 (line.split() for line in (FOLDER / "checksums").read_text(encoding="utf-8").splitlines())}
        files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in FOLDER.glob("*.sql")}
        self.assertEqual(noted, files, "an applied migration is never edited; note a new one with "
                                       "`cd migrations && sha256sum NNNN_name.sql >>checksums`")

    def test_numbers_have_no_gaps(self):
        numbers = sorted(int(file.name[:4]) for file in FOLDER.glob("*.sql"))
        self.assertEqual(list(range(1, len(numbers) + 1)), numbers)


if __name__ == "__main__":
    unittest.main()
