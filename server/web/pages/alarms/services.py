"""The dependencies of the page of alarms, and the outcome of a press there."""

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.hall.configuration import HallConfiguration
from server.store.alarms.recipients import Recipient
from server.store.transactions.database import Database
from server.web.rendering.viewer import WorkContext


@dataclass(frozen=True, slots=True)
class AlarmPages:
    """What the page needs of the rest of the server.

    `try_now` sends a test to a recipient and answers the code of why it did not arrive, None when it did;
    `slow` bounds how often; `email_is_off`: no server takes letters; `may_be_plain`: webhooks over http too.
    """

    database: Database
    work: WorkContext
    try_now: Callable[[Recipient, HallConfiguration], str | None]
    slow: Callable[[], None]
    email_is_off: bool
    may_be_plain: bool


@dataclass(frozen=True, slots=True)
class RecipientFields:
    """The form of a recipient: `kinds` (names) that are checked, `place` a site or `site/hall`."""

    channel: str
    address: str
    place: str
    kinds: frozenset[str]
    language: str
    has_notices: bool = False


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """The outcome of a press: a sentence, whether it succeeded, and the secret to show once.

    Refused: the `form` it came from (`add` or a recipient, by id), its `field`, and the typed values.
    """

    sentence: str
    is_good: bool = True
    secret: str | None = None
    status: int = 200
    form: str = ""
    field: str = ""
    typed: RecipientFields | None = None
