"""Send an alarm by e-mail: the letter of a message, in the language of its recipient."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from server.domain.texts import Letter
from server.sending.mail_server import MailServer
from server.store.alarms.recipients import Recipient


@dataclass(frozen=True, slots=True)
class Letters:
    """The way by which letters of alarms leave; without a mail server of the settings they do not."""

    server: MailServer
    translate: Callable[..., str]

    def send(self, recipient: Recipient, delivery: str, body: str, *, now: datetime) -> None:
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
