#!/usr/bin/env python3
"""Every settings file that is shipped is one the program accepts, and every key in it is one it knows.

    settings_test.py PROGRAM SOURCE_FOLDER
"""

import base64
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1)).resolve()
ROOT = Path(sys.argv.pop(1)).resolve()

# An assignment or a table that is commented out, without the words behind it: `#idle = "5m"   # ...`.
COMMENTED_OUT = re.compile(r"^#(?=[a-z\[])", re.M)


class ShippedSettings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("fullchain", "privkey", "internal-ca"):
            (self.folder / f"{name}.pem").touch()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "30", "-subj", "/CN=mail.example.org", "-addext", "subjectAltName=DNS:mail.example.org",
             "-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"],
            check=True, capture_output=True)
        (self.folder / "internal-ca.pem").write_bytes((self.folder / "fullchain.pem").read_bytes())
        for name in ("ldap-secret", "database-secret", "ldap", "database", "redis"):
            (self.folder / name).write_text("secret\n", encoding="utf-8")
        (self.folder / "cache-key").write_text(base64.b64encode(b"k" * 32).decode(), encoding="utf-8")
        for name, original in (("cert", "fullchain"), ("ca", "fullchain"), ("key", "privkey")):
            (self.folder / f"{name}.pem").write_bytes((self.folder / f"{original}.pem").read_bytes())
        (self.folder / "cache.key").write_bytes(base64.b64encode(b"k" * 32))

    def check(self, *names, change=lambda text: text):
        """`postern check` over copies of the files, with certificates and secrets that exist."""
        arguments = [PROGRAM, "check"]
        for name in names:
            text = change((ROOT / "config" / name).read_text(encoding="utf-8"))
            copy = self.folder / Path(name).name
            for folder in ("/etc/postern/tls", "/etc/postern", "/run/secrets"):
                text = text.replace(f'"{folder}/', f'"{self.folder}/').replace(f"file:{folder}/", f"file:{self.folder}/")
            copy.write_text(text, encoding="utf-8")
            arguments += ["--config", copy]
        hash = re.search(r'secret = "\{ARGON2ID\}([^"]+)"', (ROOT / "config/postern.toml").read_text())[1]
        done = subprocess.run(arguments, capture_output=True, text=True, cwd=self.folder, timeout=60,
                              stdin=subprocess.DEVNULL, env={**os.environ, "HOME": str(self.folder), "JANE_HASH": hash,
                                                              "LDAP_SECRET": "secret", "DATABASE_SECRET": "secret",
                                                              "HELPDESK_SECRET": "secret", "BALANCER": "192.0.2.5",
                                                              "POSTERN_CACHE_KEY": base64.b64encode(b"k" * 32).decode()})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertNotIn("config.warning", done.stderr)

    def test_the_annotated_settings_work_as_they_are(self):
        self.check("postern.toml")

    def test_what_is_commented_out_in_them_is_known_as_well(self):
        self.check("postern.toml", change=lambda text: COMMENTED_OUT.sub("", text))

    def test_postfix_with_its_users(self):
        self.check("examples/postfix.toml", "examples/users.toml")

    def test_every_corporate_directory(self):
        for name in ("openldap", "active-directory", "freeipa", "samba-ad", "lldap"):
            with self.subTest(name):
                self.check(f"examples/{name}.toml")

    def test_every_database(self):
        for name in ("postgresql", "postfixadmin", "dovecot-sql", "stalwart-sql"):
            with self.subTest(name):
                self.check(f"examples/{name}.toml")

    def test_a_mail_server(self):
        for name in ("imap", "remote-smtp"):
            with self.subTest(name):
                self.check(f"examples/{name}.toml")

    def test_the_ten_minutes_of_the_readme(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        part = readme[readme.index("## Ten minutes to"):]
        common, *directories, redis = re.findall(r"```toml\n(.*?)```", part[:part.index("\n## ")], re.S)
        self.assertEqual(3, len(directories))
        for directory in directories:
            with self.subTest(directory):
                self.check("postern.toml", change=lambda _: common + directory + redis)

    def test_what_docker_compose_starts(self):
        self.check("compose/gateway/postern.toml")

    def test_no_example_is_left_out(self):
        here = Path(__file__).read_text(encoding="utf-8")
        for example in (ROOT / "config/examples").glob("*.toml"):
            self.assertIn(f'"{example.stem}"', here.replace("examples/", "").replace(".toml", ""))

    def test_its_jane_has_the_password_that_is_documented(self):
        done = subprocess.run([PROGRAM, "auth", "jane", "--config", ROOT / "config/postern.toml"], input="open-sesame\n",
                              capture_output=True, text=True, cwd=self.folder, timeout=60,
                              env={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        self.assertIn("jane@example.org", done.stdout)


if __name__ == "__main__":
    unittest.main()
