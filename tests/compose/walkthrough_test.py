#!/usr/bin/env python3
"""The runner of docs/compose.md notices what differs, what fails and what does not end."""

import contextlib
import io
import time
import unittest

import walkthrough


def outcome(page, seconds=20):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        return walkthrough.run(page, seconds), said.getvalue()


def console(*lines):
    return "```console\n" + "\n".join(lines) + "\n```\n"


class Walkthrough(unittest.TestCase):
    def test_what_is_seen_passes(self):
        for lines in (["$ echo one; echo two", "one", "two"], ["$ echo id 17 of 20", "id ... of 20"],
                      ["$ seq 5", "1", "...", "5"], ["$ seq 5", "...", "5"], ["$ echo 1", "...", "1"],
                      ["$ echo 'a (b) [c] *'", "a (b) [c] *"], ["$ echo to standard error >&2", "to standard error"],
                      ["$ echo one \\", "> two", "one two"], ["$ true"], ["$ echo what nobody describes"]):
            with self.subTest(lines):
                good, said = outcome(console(*lines))
                self.assertTrue(good, said)

    def test_what_is_not_seen_fails(self):
        for lines in (["$ echo two", "one"], ["$ echo one; echo two", "one"], ["$ echo one", "one", "two"],
                      ["$ true", "one"], ["$ echo ab", "a"], ["$ false"], ["$ echo one", "one", "$ false"],
                      ["$ exit 0"], ["$ seq 5", "1", "...", "6"], ["$ echo axc", "a.c"], ["$ echo 'unbalanced"]):
            with self.subTest(lines):
                good, said = outcome(console(*lines), seconds=2)
                self.assertFalse(good, said)

    def test_one_shell_for_all(self):
        good, said = outcome("```sh\nword=here\nsay() {\n    echo \"$word $1\"\n}\n```\n" + console("$ say now", "here now"))
        self.assertTrue(good, said)
        self.assertIn("walk-through: 2 commands, 1 of them", said)

    def test_what_does_not_end_is_ended(self):
        began = time.monotonic()
        good, said = outcome(console("$ sleep 60"), seconds=1)
        self.assertFalse(good)
        self.assertIn("did not end in time", said)
        self.assertLess(time.monotonic() - began, 15)

    def test_what_stays_in_the_background_holds_nothing_up(self):
        good, said = outcome(console("$ sleep 60 &", "$ echo on", "on"), seconds=10)
        self.assertTrue(good, said)

    def test_nothing_behind_the_end_and_no_other_blocks(self):
        good, said = outcome(console("$ true") + "```\nfalse\n```\n\n## The end\n```sh\nfalse\n```\n")
        self.assertTrue(good, said)
        self.assertIn("1 commands", said)

    def test_a_page_without_commands_is_no_success(self):
        self.assertFalse(outcome("only words\n")[0])


if __name__ == "__main__":
    unittest.main()
