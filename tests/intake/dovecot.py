"""A real IMAP server with one mailbox: Debian’s Dovecot, as its own user, on a free port."""

from __future__ import annotations

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PASSWORD = "étang/roseau@1"
QUOTED = "%C3%A9tang%2Froseau%401"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def dovecot_binary() -> str:
    found = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
    if found:
        return found
    reason = "no Dovecot: apt install dovecot-imapd"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


class Server:
    """Dovecot with one mailbox, on a port of its own."""

    def __init__(self, directory: Path, port: int) -> None:
        self.maildir, self.port = directory / "mail", port

    @property
    def url(self) -> str:
        return f"imap://repondeur:{QUOTED}@127.0.0.1:{self.port}/INBOX"

    def deliver(self, *messages: bytes) -> None:
        with self.client() as client:
            for raw in messages:
                client.append("INBOX", "", None, raw)

    @contextlib.contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.authenticate("PLAIN", lambda _challenge: f"\0repondeur\0{PASSWORD}".encode())
        client.select("INBOX")
        try:
            yield client
        finally:
            client.logout()

    def count(self, criteria: str = "ALL") -> int:
        with self.client() as client:
            return len(client.search(None, criteria)[1][0].split())


CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/dovecot.log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{directory}/mail
default_login_user = {login_user}
default_internal_user = {login_user}
default_internal_group = {login_group}
first_valid_uid = 0
mail_uid = {user}
mail_gid = {group}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={directory}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Traites {{
    auto = create
  }}
}}
"""


@contextlib.contextmanager
def dovecot(directory: Path) -> Iterator[Server]:
    """A server whose files are in *directory*, while it is used; skips where there is no Dovecot."""
    binary = dovecot_binary()
    port = free_port()
    is_root = os.geteuid() == 0
    login = "dovenull" if is_root else getpass.getuser()
    # Dovecot reads no mail as root.
    owner = pwd.getpwnam("dovecot" if is_root else login)
    for path in (directory, *directory.parents):
        # Dovecot's own users have to pass.
        if path.stat().st_uid == os.getuid() and "pytest" in str(path):
            path.chmod(path.stat().st_mode | 0o055)
    if is_root:
        os.chown(directory, owner.pw_uid, owner.pw_gid)
    configuration = directory / "dovecot.conf"
    configuration.write_text(
        CONFIGURATION.format(
            directory=directory,
            port=port,
            user=owner.pw_uid,
            group=owner.pw_gid,
            login_user=login,
            login_group=grp.getgrgid(pwd.getpwnam(login).pw_gid).gr_name,
            password=PASSWORD,
        )
    )
    process = subprocess.Popen(
        [binary, "-F", "-c", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process, directory / "dovecot.log")
        yield Server(directory, port)
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as probe:
            if probe.recv(10):
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    process.kill()
    pytest.fail(f"Dovecot does not start: {log.read_text() if log.exists() else 'no word from it'}")
