"""Send an alarm by e-mail, over the SMTP server of the settings."""

import json
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime

from server.domain.configuration import FRENCH
from server.sending.refused import SendRefused
from server.settings import Settings
from server.store.recipients import Recipient

WITHIN_S = 10.0
"""How long the SMTP server has for each of its answers."""


@contextmanager
def _to_the_end(server: smtplib.SMTP) -> Iterator[smtplib.SMTP]:
    """The server, with a word of farewell: whatever it answers to that, a letter it accepted is sent."""
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


@dataclass(frozen=True, slots=True)
class Letters:
    """The way by which letters leave; without a server of the settings they do not."""

    settings: Settings
    translate: Callable[..., str]
    within_s: float = WITHIN_S

    def send(self, recipient: Recipient, delivery: str, body: str, *, now: datetime) -> None:
        """Returns once the SMTP server has taken the letter. Raises SendRefused."""
        if not self.settings.smtp_host:
            raise SendRefused("email_off")
        letter = self.letter(recipient.address, delivery, body, now=now)
        try:
            with _to_the_end(self._connected()) as server:
                if self.settings.smtp_user:
                    server.login(self.settings.smtp_user, self.settings.smtp_password)
                server.send_message(letter)
        except smtplib.SMTPAuthenticationError as error:
            raise SendRefused("email_sign_in", str(error.smtp_code)) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            raise SendRefused("email_refused", str(code)) from error
        except smtplib.SMTPResponseException as error:
            raise SendRefused("email_refused", str(error.smtp_code)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise SendRefused("email_unreachable", type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        host, port, tls = self.settings.smtp_host, self.settings.smtp_port, self.settings.smtp_tls
        if tls == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=self.within_s, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=self.within_s)
        if tls == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def letter(self, address: str, delivery: str, body: str, *, now: datetime) -> MIMEText:
        """The letter of a message, in French; letters of one alarm stand under each other."""
        message = json.loads(body)
        told, turn = message["data"], message["type"].removeprefix("alarm.")
        sender = self.settings.smtp_from or f"parvis@{self.settings.smtp_host}"
        domain = sender.rpartition("@")[2]
        lines = [
            self._say(f"alarms.letter.{turn}", what=told["text"]),
            "",
            f"{told['site']['name']}, {told['hall']['name']}",
        ]
        if self.settings.public_url:
            lines.append(f"{self.settings.public_url.rstrip('/')}/alarmes?hall={told['hall']['id']}")
        text = "\n".join([*lines, "", self._say("alarms.letter.why"), ""])
        letter = MIMEText(text, "plain", "utf-8")
        letter["From"], letter["To"] = sender, address
        letter["Date"] = format_datetime(now)
        letter["Message-ID"] = f"<{delivery}@{domain}>"
        letter["References"] = f"<{told['alarm']}@{domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        subject = self._say(f"alarms.letter.subject.{turn}", site=told["site"]["name"], what=told["text"])
        # EmailMessage would fold a subject between words and double the space before an accent
        letter["Subject"] = Header(subject, "utf-8").encode()
        return letter

    def _say(self, key: str, **values: object) -> str:
        return self.translate(key, FRENCH, **values)
