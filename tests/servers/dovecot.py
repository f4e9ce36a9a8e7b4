"""Dovecot as Debian packages it, on a free port of the loopback, with mail in a folder of its own."""

import base64
import hmac
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Self

from imapclient import IMAPClient

from mailroom.embedded.ports import any_free

HOST = "127.0.0.1"
SECONDS = 30.0

CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = {host}
ssl = {ssl}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
mailbox_list_index = yes
{capability}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
"""
OAUTH = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""
OAUTH_KEYS = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={folder}/keys/
username_attribute = email
"""


class Dovecot:
    """A mail server. As root it works as the package's own users, else as the current one.

    Args:
        capability: What it offers in place of all that it can, such as `IMAP4rev1` alone.
        certificate: PEM file with key and certificate; with it STARTTLS and a second port are served.
    """

    password = "not:the-default"  # noqa: S105 - of a server that lives for a minute

    signing_key = b"of-an-identity-provider"

    def __init__(self, capability: str | None = None, certificate: Path | None = None) -> None:
        self._capability = capability
        self._certificate = certificate
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.port, self.tls_port = any_free(), any_free()
        self.folder = Path(tempfile.mkdtemp(prefix="mailroom-dovecot-"))
        self._configure()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start, and wait for the greeting; mail and UIDs are what they were."""
        program = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin") or "dovecot"
        command = [program, "-F", "-c", str(self.folder / "dovecot.conf")]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                IMAPClient(HOST, self.port, ssl=False, timeout=5).logout()
            except (OSError, IMAPClient.Error):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop at once: whoever is connected loses the connection."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=SECONDS)
            self._process = None

    def client(self, user: str) -> IMAPClient:
        """A client that is logged in."""
        client = IMAPClient(HOST, self.port, ssl=False, timeout=SECONDS)
        client.login(user, self.password)
        return client

    def deliver(self, user: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Put mails into a folder, made where it is not there."""
        client = self.client(user)
        if folder != "INBOX" and not client.folder_exists(folder):
            client.create_folder(folder)
        for mail in mails:
            client.append(folder, mail)
        client.logout()

    def count(self, user: str, folder: str = "INBOX", criteria: str = "ALL") -> int:
        """How many mails of a folder meet the criteria; none where there is no such folder."""
        client = self.client(user)
        if not client.folder_exists(folder):
            return 0
        client.select_folder(folder, readonly=True)
        found = len(client.search(criteria))
        client.logout()
        return found

    def token(self, user: str) -> str:
        """An access token for a user, as an identity provider would sign it (a JWT with HS256)."""
        now = int(time.time())
        claims = {"email": user, "sub": user, "iat": now, "exp": now + 3600}
        parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        signed = hmac.digest(self.signing_key, ".".join(parts).encode(), "sha256")
        return ".".join([*parts, _encoded(signed)])

    def _configure_oauth(self) -> str:
        key = self.folder / "keys" / "default" / "HS256" / "default"
        key.parent.mkdir(parents=True)
        key.write_text(base64.b64encode(self.signing_key).decode())
        (self.folder / "oauth2.conf").write_text(OAUTH_KEYS.format(folder=self.folder))
        return OAUTH.format(folder=self.folder)

    def _configure(self) -> None:
        root = os.geteuid() == 0
        mail = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        (self.folder / "mail").mkdir()
        self.folder.chmod(0o755)
        if root:
            os.chown(self.folder / "mail", mail.pw_uid, mail.pw_gid)
        me = mail.pw_name
        values = {
            "folder": self.folder,
            "host": HOST,
            "ssl": "yes" if self._certificate else "no",
            "internal": "dovecot" if root else me,
            "internal_group": "dovecot" if root else _group(mail.pw_gid),
            "login": "dovenull" if root else me,
            "capability": f"imap_capability = {self._capability}" if self._capability else "",
            "port": self.port,
            "tls_port": self.tls_port if self._certificate else 0,
            "password": self.password,
            "uid": mail.pw_uid,
            "gid": mail.pw_gid,
        }
        text = CONFIGURATION.format(**values) + self._configure_oauth()
        if self._certificate:
            text += f"ssl_cert = <{self._certificate}\nssl_key = <{self._certificate}\n"
        (self.folder / "dovecot.conf").write_text(text)


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def _group(number: int) -> str:
    import grp  # noqa: PLC0415 - asked for only where the tests do not run as root

    return grp.getgrgid(number).gr_name


def mail(number: int, subject: str = "A letter") -> bytes:
    """A plain mail that no other number has."""
    message = EmailMessage()
    message["From"] = "sender@example.org"
    message["To"] = "mailroom@example.org"
    message["Subject"] = f"{subject} {number}"
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(f"Invoice no. {number}\nPlease pay the total of {number}.00 EUR within 14 days.\n")
    return message.as_bytes(policy=SMTP)
