"""The gateway, and the real Postfix and Dovecot behind it: in one temporary folder, on free ports of 127.0.0.1."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import stat
import subprocess
import time
from pathlib import Path

from mails import LISTENERS

PASSWORD = "correct horse"
RECIPIENT_DOMAIN = "example.net"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return True
    except OSError:
        return False


class Server:
    """A program in the foreground, stopped by its own process id."""

    def __init__(self, name: str, command: list[str], ports: list[int], log: Path):
        self.name, self.log = name, log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        try:
            self._wait_for(ports)
        except BaseException:
            self.stop()
            raise

    def _wait_for(self, ports: list[int]) -> None:
        deadline = time.monotonic() + 30
        while not all(map(accepts_connections, ports)):
            if not self.running() or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not start:\n{self.last_words()}")
            time.sleep(0.05)

    def running(self) -> bool:
        return self.process.poll() is None

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    def stop(self) -> int:
        """The exit status after SIGTERM."""
        if self.running():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -signal.SIGKILL


class Gateway(Server):
    """Postern, where jane owns one address."""

    def __init__(self, folder: Path, build: Path, untouched_hop: int, repaired_hop: int):
        self.listening = {name: free_port() for name in LISTENERS}
        hops = {"untouched_hop": untouched_hop, "repaired_hop": repaired_hop}
        settings = folder / "postern.toml"
        settings.write_text(GATEWAY_SETTINGS.format(**self.listening, **hops, password=PASSWORD))
        command = [str(build / "bin/postern"), "serve", "--config", str(settings)]
        super().__init__("postern", command, list(self.listening.values()), folder / "postern.log")
        self._wait_until_probed()

    def _wait_until_probed(self) -> None:
        """What the next hops offer is offered once they have been asked, a moment after the start."""
        deadline = time.monotonic() + 20
        while True:
            with smtplib.SMTP("127.0.0.1", self.listening["untouched"], "client.example", 20) as client:
                client.ehlo()
                if client.has_extn("smtputf8") and client.has_extn("chunking"):
                    return
            if time.monotonic() > deadline:
                raise RuntimeError(f"SMTPUTF8 or CHUNKING is not offered:\n{self.last_words()}")
            time.sleep(0.05)


# What limits an attacker's number of tries would limit this test's: it makes them all from one address.
GATEWAY_SETTINGS = """
[server]
hostname = "mail.example.org"
[server.listener.untouched]
bind = ["127.0.0.1:{untouched}"]
[server.listener.repaired]
bind = ["127.0.0.1:{repaired}"]
[server.listener.unjudged]
bind = ["127.0.0.1:{unjudged}"]
[session.auth]
mechanisms = ["plain"]
directory = "'people'"
require = true
allow-plain-text = true
must-match-header-from = "listener != 'unjudged'"
[session.limits]
bad-commands = 10000
connections-per-network = 1000
[session.relay]
next-hop = [ {{ if = "listener == 'repaired'", then = "'repaired'" }}, {{ else = "'untouched'" }} ]
[next-hop.untouched]
type = "smtp"
address = "127.0.0.1:{untouched_hop}"
identity = "none"
tls.starttls = "never"
[next-hop.repaired]
type = "smtp"
address = "127.0.0.1:{repaired_hop}"
identity = "none"
tls.starttls = "never"
[directory.people]
type = "memory"
[[directory.people.principals]]
name = "jane"
secret = "{password}"
email = ["jane@example.org"]
[log]
level = "warning"
"""


class Postfix(Server):
    """Delivers whatever comes into one maildir. Needs root, as every Postfix does."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.untouched, self.repaired = free_port(), free_port()
        self.mailbox = folder / "mail/inbox"
        self._write_settings()
        self._make_queue()
        command = ["/usr/lib/postfix/sbin/master", "-c", str(folder / "etc"), "-d"]
        super().__init__("Postfix", command, [self.untouched, self.repaired], folder / "postfix.log")

    def last_words(self) -> str:
        log = self.folder / "data/log"  # which postlogd makes
        return super().last_words() + (log.read_text(errors="replace")[-3000:] if log.exists() else "")

    def _write_settings(self) -> None:
        nobody = pwd.getpwnam("nobody")
        values = {"folder": self.folder, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
        values |= {"untouched": self.untouched, "repaired": self.repaired}
        (self.folder / "etc").mkdir()
        (self.folder / "etc/main.cf").write_text(MAIN_CF.format(**values))
        (self.folder / "etc/master.cf").write_text(MASTER_CF.format(**values))

    def _make_queue(self) -> None:
        """What `postfix check` would make."""
        postfix, nobody = pwd.getpwnam("postfix").pw_uid, pwd.getpwnam("nobody").pw_uid
        postdrop = grp.getgrnam("postdrop").gr_gid
        folders = [("data", postfix, 0, 0o700), ("mail", nobody, 0, 0o755)]
        folders += [("queue", 0, 0, 0o755), ("queue/pid", 0, 0, 0o755)]
        folders += [("queue/maildrop", postfix, postdrop, 0o730), ("queue/public", postfix, postdrop, 0o710)]
        own = "active bounce corrupt defer deferred flush hold incoming private saved trace"
        folders += [(f"queue/{name}", postfix, 0, 0o700) for name in own.split()]
        for name, owner, group, mode in folders:
            path = self.folder / name
            path.mkdir()
            os.chown(path, owner, group)
            path.chmod(mode)

    def wait_until_idle(self) -> None:
        deadline = time.monotonic() + 60
        while self._holds_mail():
            if time.monotonic() > deadline:
                raise RuntimeError(f"Postfix keeps mail in its queue:\n{self.last_words()}")
            time.sleep(0.02)

    def _holds_mail(self) -> bool:
        for name in ("maildrop", "incoming", "active", "deferred"):
            for path in (self.folder / "queue" / name).rglob("*"):
                with contextlib.suppress(FileNotFoundError):
                    # cleanup(8) makes a queue file executable when it is complete.
                    if path.is_file() and path.stat().st_mode & stat.S_IXUSR:
                        return True
        return False

    def delivered(self) -> list[Path]:
        return [path for name in ("new", "cur") for path in (self.mailbox / name).glob("*")]

    def clear(self) -> None:
        for path in self.delivered():
            path.unlink()
        for path in self.mailbox.glob("dovecot*"):
            path.unlink()


MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mta.example.net
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_error_sleep_time = 0
smtpd_junk_command_limit = 1000000
smtpd_hard_error_limit = 1000000
smtpd_soft_error_limit = 1000000
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
default_transport = inbox
relay_transport = inbox
local_transport = inbox
alias_maps =
alias_database =
smtputf8_enable = yes
message_size_limit = 104857600
mailbox_size_limit = 0
virtual_mailbox_limit = 0
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""

MASTER_CF = """
127.0.0.1:{untouched} inet n - n - - smtpd -o local_header_rewrite_clients=
127.0.0.1:{repaired} inet n - n - - smtpd -o local_header_rewrite_clients=permit_mynetworks
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
inbox unix - n n - - virtual -o virtual_mailbox_maps=static:inbox/
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Dovecot(Server):
    """Serves Postfix's maildir over IMAP, and remembers nothing of it."""

    def __init__(self, folder: Path, mailbox: Path):
        self.port = free_port()
        (folder / "dovecot").mkdir()
        configuration = folder / "dovecot.conf"
        configuration.write_text(
            DOVECOT_CONF.format(folder=folder, mailbox=mailbox, port=self.port)
        )
        command = [shutil.which("dovecot", path="/usr/sbin") or "dovecot", "-F", "-c", str(configuration)]
        super().__init__("Dovecot", command, [self.port], folder / "dovecot.log")


DOVECOT_CONF = """
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail
}}
mail_location = maildir:{mailbox}:INDEX=MEMORY
maildir_very_dirty_syncs = no
namespace inbox {{
  inbox = yes
}}
"""
