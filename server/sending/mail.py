"""The mail server (SMTP) of the settings, and the way by which a letter reaches it."""

import io
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any

import structlog

from server.domain.texts import AttachedPaper, Letter
from server.sending.refused import SendRefused
from server.settings import Settings

log = structlog.get_logger()

WITHIN_S = 10.0
"""How long the mail server has for each of its answers."""
IN_ALL_S = 110.0
"""How long it has for a letter."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Takes letters, each answer within `within_s`, all of them within `in_all_s` seconds."""

    settings: Settings
    within_s: float = WITHIN_S
    in_all_s: float = IN_ALL_S

    def send(self, letter: Letter, *, now: datetime) -> None:
        """Returns once the mail server has taken the letter. Raises SendRefused."""
        if not self.settings.smtp_host:
            raise SendRefused("email_off")
        try:
            with _to_the_end(self._connected()) as server:
                if self.settings.smtp_user:
                    server.login(self.settings.smtp_user, self.settings.smtp_password)
                server.send_message(self.as_sent(letter, now=now))
        except smtplib.SMTPAuthenticationError as error:
            raise SendRefused("email_sign_in", str(error.smtp_code)) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            raise SendRefused("email_refused", str(code)) from error
        except smtplib.SMTPResponseException as error:
            raise SendRefused("email_refused", str(error.smtp_code)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendRefused("email_unreachable", type(error).__name__) from error

    def try_to_send(self, letter: Letter, *, now: datetime) -> str | None:
        """Sends once, now; the code of why it did not leave, None when it did. A log has nothing of it."""
        try:
            self.send(letter, now=now)
        except SendRefused as refused:
            log.warning("letter_not_sent", code=refused.code, told=refused.answer)
            return refused.code
        return None

    def _connected(self) -> smtplib.SMTP:
        host, port, tls = self.settings.smtp_host, self.settings.smtp_port, self.settings.smtp_tls
        ends_at_s = time.monotonic() + self.in_all_s
        if tls == "tls":
            return _SecuredServer(
                host, port, ends_at_s, timeout=self.within_s, context=ssl.create_default_context()
            )
        server = _EndingServer(host, port, ends_at_s, timeout=self.within_s)
        if tls == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def as_sent(self, letter: Letter, *, now: datetime) -> MIMEBase:
        """The letter with its heads, and its paper where it has one."""
        sender = self.settings.smtp_from or f"parvis@{self.settings.smtp_host}"
        domain = sender.rpartition("@")[2]
        text = MIMEText(letter.text, "plain", "utf-8")
        sent = text if letter.paper is None else _with_paper(text, letter.paper)
        sent["From"], sent["To"] = sender, letter.address
        sent["Date"] = format_datetime(now)
        sent["Message-ID"] = f"<{letter.id}@{domain}>"
        if letter.thread is not None:
            sent["References"] = f"<{letter.thread}@{domain}>"
        sent["Auto-Submitted"] = "auto-generated"
        # EmailMessage would fold a subject between words and double the space before an accent
        sent["Subject"] = Header(letter.subject, "utf-8").encode()
        return sent


def _with_paper(text: MIMEText, paper: AttachedPaper) -> MIMEBase:
    attached = MIMEApplication(paper.content, "pdf")
    attached.add_header("Content-Disposition", "attachment", filename=paper.name)
    both = MIMEMultipart()
    both.attach(text)
    both.attach(attached)
    return both


@contextmanager
def _to_the_end(server: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """The server, with a word of farewell: whatever it answers to that, a letter it accepted is sent."""
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


class _EndingReads(io.RawIOBase):
    """What a socket receives, over at an instant whatever drips."""

    def __init__(self, source: socket.socket, ends_at_s: float) -> None:
        self._source, self._ends_at_s = source, ends_at_s
        self._within_s = source.gettimeout() or 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left_s = self._ends_at_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._source.settimeout(min(left_s, self._within_s))
        return self._source.recv_into(buffer)


class _EndingServer(smtplib.SMTP):
    """Its time is over at `ends_at_s` (monotonic), in the midst of an answer too."""

    def __init__(self, host: str, port: int, ends_at_s: float, **how: Any) -> None:
        self._ends_at_s = ends_at_s
        super().__init__(host, port, **how)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_EndingReads(self.sock, self._ends_at_s))
        return super().getreply()


class _SecuredServer(_EndingServer, smtplib.SMTP_SSL):
    """Encrypted from the first byte on."""
