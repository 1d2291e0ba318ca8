"""The schedule of retention: everything personal, since when and how long it is kept, and what is left of it.

`server.store.operation.erase_expired` works from it. Whoever adds a personal value adds its row here
(docs/rules/erasing.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from server.domain.complaints import TEXTS_KEPT
from server.domain.facts import Fact, FactKind, of_kind
from server.domain.hall_checks import CHECKS_KEPT
from server.domain.refusals import Refusal


class Subject(StrEnum):
    """Whose the values are."""

    VISITOR = "visitor"
    PERSON = "person"
    OTHER = "other"


class Left(StrEnum):
    """What is left after the time."""

    NOTHING = "nothing"
    EMPTY = "empty"
    NEUTRAL = "neutral"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class Retention:
    """A row of the schedule. `name` is also that of its sentences: what it is, and since when it is counted.

    `kept` None: until the event that its sentence names. `table`: whose rows the purge erases; None: that
    event erases it. `has_own_end`: each row holds the instant of its end, `kept` is in it already. `bounds`:
    the fewest and most days that a site may choose; None: the product decides.
    """

    name: str
    of: Subject
    table: str | None
    kept: timedelta | None
    left: Left = Left.NOTHING
    has_own_end: bool = False
    bounds: tuple[int, int] | None = None


_DAY = timedelta(days=1)
_R, _S = Retention, Subject
SCHEDULE = (
    _R("visitor_needs", _S.VISITOR, "erasable", None, Left.EMPTY, has_own_end=True),
    _R("visitor_language", _S.VISITOR, "erasable", _DAY, Left.EMPTY, has_own_end=True),
    _R("visit_notes", _S.VISITOR, "erasable", _DAY, Left.EMPTY, has_own_end=True),
    _R("reminder", _S.VISITOR, "reminder", None, has_own_end=True),
    _R("visitor_away", _S.VISITOR, "visitor_away", None, has_own_end=True),
    _R("ticket_access", _S.VISITOR, "ticket_access", _DAY, has_own_end=True),
    _R("appointment_access", _S.VISITOR, "appointment_access", _DAY, has_own_end=True),
    _R("print_job", _S.VISITOR, "print_job", _DAY, Left.NEUTRAL, has_own_end=True),
    _R("idempotency", _S.VISITOR, "idempotency", _DAY),
    _R("survey_text", _S.VISITOR, "survey_text", 90 * _DAY, has_own_end=True),
    _R("survey_ticket", _S.VISITOR, "survey_ticket", None, has_own_end=True),
    _R("survey", _S.VISITOR, "survey", None, Left.EMPTY, has_own_end=True),
    _R("complaint_contact", _S.VISITOR, "complaint_contact", 365 * _DAY, has_own_end=True),
    _R("complaint", _S.VISITOR, "complaint", TEXTS_KEPT, Left.EMPTY),
    _R("complaint_photograph", _S.VISITOR, "complaint_photograph", TEXTS_KEPT, has_own_end=True),
    _R("account", _S.PERSON, None, None),
    _R("account_pseudonym", _S.PERSON, "account_pseudonym", 365 * _DAY, Left.PSEUDONYM, bounds=(31, 1826)),
    _R("sign_in", _S.PERSON, "sign_in", timedelta(hours=12), has_own_end=True),
    _R("sign_in_failure", _S.PERSON, "sign_in_failure", _DAY),
    _R("invitation", _S.PERSON, "invitation", 30 * _DAY, bounds=(1, 365)),
    _R("incident_note", _S.PERSON, "incident_note", 365 * _DAY, Left.EMPTY, has_own_end=True),
    _R("message", _S.PERSON, "message", timedelta(hours=1), has_own_end=True),
    _R("alert_words", _S.OTHER, "erasable", 400 * _DAY, Left.EMPTY, has_own_end=True),
    _R("decision_reasons", _S.PERSON, "erasable", 365 * _DAY, Left.EMPTY, has_own_end=True),
    _R("notice_draft", _S.PERSON, "notice_draft", 30 * _DAY),
    _R("recipient", _S.PERSON, None, None, Left.EMPTY),
    _R("delivery", _S.PERSON, "delivery", 30 * _DAY, bounds=(1, 365)),
    _R("report_recipient", _S.PERSON, None, None, Left.EMPTY),
    _R("report_letter", _S.PERSON, "report_letter", 800 * _DAY),
    _R("bulletin", _S.OTHER, "bulletin", 60 * _DAY, bounds=(7, 365)),
    _R("proof_photograph", _S.OTHER, "proof_photograph", CHECKS_KEPT, has_own_end=True),
    _R("finding", _S.OTHER, "finding", CHECKS_KEPT),
    _R("hall_check", _S.OTHER, "hall_check", CHECKS_KEPT),
    _R("committee_minutes", _S.OTHER, "committee_minutes", 5 * 365 * _DAY, has_own_end=True),
    _R("pairing", _S.OTHER, "pairing", timedelta(hours=1)),
    _R("purge_run", _S.OTHER, "purge_run", 400 * _DAY),
)
BY_NAME = {each.name: each for each in SCHEDULE}

type Chosen = Mapping[str, int]
"""The days that a site has chosen, by the names of rows."""


def kept_for(row: Retention, chosen: Chosen) -> timedelta | None:
    """How long a row of the schedule is kept here."""
    days = chosen.get(row.name)
    return row.kept if days is None or row.bounds is None else timedelta(days=days)


def limits_after_end(chosen: Chosen) -> dict[str, timedelta]:
    """By table, how long after the instant that its rows hold they are erased."""
    tables = {row.table: row for row in SCHEDULE if row.table is not None}
    return {
        table: timedelta(0) if row.has_own_end else kept_for(row, chosen) or timedelta(0)
        for table, row in tables.items()
    }


def check_days(name: str, days: int) -> Retention:
    """The row whose days a site may choose. Refusals: unknown_retention, retention_out_of_bounds."""
    row = BY_NAME.get(name)
    if row is None or row.bounds is None:
        raise Refusal("unknown_retention")
    least, most = row.bounds
    if not least <= days <= most:
        raise Refusal("retention_out_of_bounds", least=least, most=most)
    return row


def retention_decided(name: str, days: int, *, before: int) -> Fact:
    """Something is kept for other days than before; it applies to what exists at the next purge."""
    return of_kind(FactKind.RETENTION_DECIDED, name=name, days=days, before=before)


REQUIRED = ("controller", "dpo", "contact", "legal_basis")
"""Texts without which the entry is not complete: Parvis cannot know them."""
TEXTS = (*REQUIRED, "other_recipients", "site_measures")
LONGEST_TEXT = 600


def checked_texts(typed: Mapping[str, str]) -> dict[str, str]:
    """The texts for the row, by name. Refusal: register_text_too_long."""
    texts = {name: typed.get(name, "").replace("\r\n", "\n").strip() for name in TEXTS}
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise Refusal("register_text_too_long", longest=LONGEST_TEXT)
    return texts


def gaps(texts: Mapping[str, str]) -> list[str]:
    """The names of the texts that are missing."""
    return [name for name in REQUIRED if not texts.get(name)]
