"""Facts of alerts, in the journal of each hall that one takes over."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.facts import Erasable, Fact, FactKind
from server.domain.instants import to_text


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to raise. `press`: digest of the press, the same in all its halls."""

    id: str
    kind: str
    is_drill: bool
    press: str
    words: Erasable | None = None
    expires_at: datetime | None = None


def alert_raised(row: str, alert: NewAlert) -> Fact:
    """An alert takes the hall over; `row` is its id in this hall."""
    body = {
        "id": row,
        "alert": alert.id,
        "kind": alert.kind,
        "is_drill": alert.is_drill,
        "press": alert.press,
        "texts": None if alert.words is None else alert.words.as_body(),
        "expires_at": None if alert.expires_at is None else to_text(alert.expires_at),
    }
    return Fact(FactKind.ALERT_RAISED, body)


def alert_end_asked(row: str, alert: str) -> Fact:
    """A person has confirmed a first time that an alert is over."""
    return Fact(FactKind.ALERT_END_ASKED, {"id": row, "alert": alert})


def alert_ended(row: str, alert: str, *, reason: str) -> Fact:
    """An alert is over in the hall: `confirmed`, by a second person or because no second person was present.

    Or `unanswered`: the other person did not answer, the first ended it; or `expired`.

    """
    return Fact(FactKind.ALERT_ENDED, {"id": row, "alert": alert, "reason": reason})


def alert_taken_back(row: str, alert: str) -> Fact:
    """The person who raised an alert by mistake has taken it back."""
    return Fact(FactKind.ALERT_TAKEN_BACK, {"id": row, "alert": alert})


def alert_shown(row: str, alert: str, *, screen: str) -> Fact:
    """A screen confirms that it shows an alert; `row` is the id of this confirmation."""
    return Fact(FactKind.ALERT_SHOWN, {"id": row, "alert": alert, "screen": screen})
