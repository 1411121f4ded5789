#!/usr/bin/env python3
"""The systemd units: what they leave to the program, and that they fit to it and to each other."""

import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "config/systemd"


class Units(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze")
    def test_exposure(self):
        done = subprocess.run(["systemd-analyze", "security", "--no-pager", "--offline=true", UNITS / "postern.service"],
                              capture_output=True, text=True, timeout=60)
        score = re.search(r"exposure level for postern.service: ([0-9.]+)", done.stdout)
        self.assertTrue(score, done.stdout + done.stderr)
        print(f"systemd-analyze security: {score[1]} of 10")
        self.assertLess(float(score[1]), 2.0, done.stdout)

    def test_there_is_time_to_drain(self):
        unit = (UNITS / "postern.service").read_text(encoding="utf-8")
        header = (ROOT / "src/app/settings.hpp").read_text(encoding="utf-8")
        stop = int(re.search(r"^TimeoutStopSec=(\d+)s$", unit, re.M)[1])
        drain = int(re.search(r"drain_timeout = std::chrono::seconds\((\d+)\)", header)[1])
        self.assertGreaterEqual(stop, drain + 10)

    def test_hash_threads_may_give_way(self):
        """What src/crypto/hash_pool.cpp asks the system for is in no filter's way."""
        unit = (UNITS / "postern.service").read_text(encoding="utf-8")
        pool = (ROOT / "src/crypto/hash_pool.cpp").read_text(encoding="utf-8")
        for call in ("setpriority", "sched_setaffinity"):
            self.assertIn(f"::{call}(", pool)
            self.assertRegex(unit, rf"(?m)^SystemCallFilter=.*\b{call}\b")


if __name__ == "__main__":
    unittest.main()
