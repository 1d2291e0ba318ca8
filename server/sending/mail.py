"""The mail server (SMTP) of the settings, and the letters that leave by it: of alarms, of scheduled reports.

Reports that are due are queued, then each letter is sent once. Every worker sends; a letter is taken before
it leaves. A worker that dies between the answer of the mail server and its note sends again, with the same
id.
"""

import io
import json
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any, Protocol

import structlog

from server.domain.alarms.signs import next_try
from server.domain.texts import AttachedPaper, Letter
from server.sending import SendRefused
from server.settings import Settings
from server.store import reports
from server.store.alarms import Recipient as AlarmRecipient
from server.store.transactions.database import Database
from server.usecases.reports.reports import sites_of
from server.usecases.reports.sendings import address_of_account, queue_letters

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


@dataclass(frozen=True, slots=True)
class Letters:
    """The way by which letters of alarms leave; without a mail server of the settings they do not."""

    server: MailServer
    translate: Callable[..., str]

    def send(self, recipient: AlarmRecipient, delivery: str, body: str, *, now: datetime) -> None:
        """Returns once the mail server has taken the letter. Raises SendRefused."""
        self.server.send(self.letter(recipient.address, delivery, body), now=now)

    def letter(self, address: str, delivery: str, body: str) -> Letter:
        """The letter of a message, in its language; letters of one alarm form one conversation."""
        message = json.loads(body)
        alarm, turn = message["data"], message["type"].removeprefix("alarm.")
        language = alarm["language"]
        lines = [
            self.translate(f"alarms.letter.{turn}", language, what=alarm["text"]),
            "",
            f"{alarm['site']['name']}, {alarm['hall']['name']}",
        ]
        public_url = self.server.settings.public_url
        if public_url:
            lines.append(f"{public_url.rstrip('/')}/alarmes?hall={alarm['hall']['id']}")
        return Letter(
            id=delivery,
            address=address,
            subject=self.translate(
                f"alarms.letter.subject.{turn}", language, site=alarm["site"]["name"], what=alarm["text"]
            ),
            text="\n".join([*lines, "", self.translate("alarms.letter.why", language), ""]),
            thread=alarm["alarm"],
        )


class LetterServer(Protocol):
    """What takes letters: the mail server."""

    def send(self, letter: Letter, *, now: datetime) -> None:
        """Returns once it has taken the letter. Raises SendRefused."""


@dataclass
class ReportLetters:
    """The letters of one process. `write(schedule, letter, address)`: the letter of a report."""

    database: Database
    server: LetterServer
    write: Callable[[reports.ScheduleRow, reports.LetterRow, str], Letter]
    failures: int = 0
    _is_busy: bool = field(default=False)

    def send_due(self) -> None:
        """Queues and sends what is due; a second call meanwhile does nothing."""
        if self._is_busy:
            return
        self._is_busy = True
        try:
            queue_letters(self.database)
            with self.database.read() as rows:
                due = reports.due_letters(rows, self.database.clock.now())
            for letter in due:
                self._send(letter)
        except Exception:
            self.failures += 1
            log.exception("report_letters_not_sent")
        finally:
            self._is_busy = False

    def _send(self, letter: reports.LetterRow) -> None:
        with self.database.store.write() as rows:
            if not reports.LETTERS.take(rows, letter, self.database.clock.now()):
                return
        refused = self._try(letter)
        now = self.database.clock.now()
        with self.database.store.write() as rows:
            if refused is None:
                reports.LETTERS.note_sent(rows, letter, now)
            else:
                again_at = next_try(letter.queued_at, letter.tries + 1, now)
                reports.LETTERS.note_failed(rows, letter, refused, now=now, again_at=again_at)

    def _try(self, letter: reports.LetterRow) -> str | None:
        """Sends once, now; the code of why it did not leave, None when it did."""
        schedule, address = self._addressed(letter)
        if schedule is None or address is None:
            return "report_reader_gone"
        try:
            self.server.send(self.write(schedule, letter, address), now=self.database.clock.now())
        except SendRefused as refused:
            log.warning("report_not_sent", letter=letter.id, code=refused.code, told=refused.answer)
            return refused.code
        except Exception:
            self.failures += 1
            log.exception("report_not_sent", letter=letter.id)
            return "email_unreachable"
        return None

    def _addressed(self, letter: reports.LetterRow) -> tuple[reports.ScheduleRow | None, str | None]:
        """The schedule of a letter and the address of its recipient now; None where it has none."""
        with self.database.read() as rows:
            known = {each.id: each for each in reports.schedules(rows)}
            found = [each for of in reports.recipients_by_schedule(rows).values() for each in of]
            mine: reports.Recipient | None = next(
                (each for each in found if each.id == letter.recipient), None
            )
            schedule = None if mine is None else known.get(mine.schedule)
            if mine is None or schedule is None:
                return None, None
            if mine.account is None:
                return schedule, mine.address
            places = sites_of(self.database, schedule.halls)
            return schedule, address_of_account(rows, mine.account, places)
