"""Tickets: numbers and quotas given, stops, presses, greetings, and what a visitor holds of a ticket.

A visitor holds a token, a short code and papers. The token is made of the visit with a key; the database has
a digest of each, not the key.
"""

import base64
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import bindparam, func, or_, select, type_coerce

from server.domain.facts import Json
from server.domain.instants import EPOCH
from server.domain.printing.printers import PrintJobState
from server.domain.tickets import QuotaNow, StopReason
from server.ids import is_token_shaped, token_digest
from server.store.engine.lookups import Exists, NewRow, One
from server.store.engine.statements import Query, Read, Rows, Write, literal_word, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.tables.columns import Document
from server.store.tables.counters import ticket_stop
from server.store.tables.devices import print_job
from server.store.tables.journals import hall_fact
from server.store.tables.visits import leg, not_issued, ticket_access, visit
from server.store.visits.legs import LEGS, LegRow


@dataclass(frozen=True, slots=True)
class SeriesOfDay:
    """The numbers from `lowest` to `highest` of a series on a business day, for a service."""

    hall: str
    business_day: date
    service: str
    series: str
    incarnation: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The last rank given in a series (None: none yet), and why its service is stopped (None: it is not)."""

    last: int | None
    stop: StopReason | None


_LAST_RANK = (
    select(visit.c.rank)
    .where(
        visit.c.hall == bindparam("hall"),
        visit.c.business_day == bindparam("business_day"),
        visit.c.series == bindparam("series"),
        visit.c.incarnation == bindparam("incarnation"),
        visit.c.rank.between(bindparam("lowest"), bindparam("highest")),
    )
    .order_by(visit.c.rank.desc())
    .limit(1)
    .scalar_subquery()
)
_STOP = (
    select(ticket_stop.c.reason)
    .where(
        ticket_stop.c.hall == bindparam("hall"),
        ticket_stop.c.business_day == bindparam("business_day"),
        ticket_stop.c.service == bindparam("service"),
        ticket_stop.c.reopened_at.is_(None),
    )
    .limit(1)
    .scalar_subquery()
)
_GIVEN = Read(SeriesState, select(_LAST_RANK.label("last"), _STOP.label("stop")))


def read_given(rows: Rows, series: SeriesOfDay) -> SeriesState:
    """The last rank of a series, and why its service is stopped, if it is."""
    given = rows.one(_GIVEN, **values_of(series))
    assert given is not None
    return given


_GIVEN_OF_QUOTA = Read(
    int,
    select(func.count().label("given"))
    .select_from(leg)
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.business_day == bindparam("on"),
        leg.c.service == bindparam("service"),
        leg.c.position == 1,
        leg.c.booked_at.is_(None),
        leg.c.issued_at >= bindparam("since"),
        or_(leg.c.end_reason.is_(None), leg.c.end_reason.not_in(["cancelled", "undone"])),
    ),
)


def remaining_of(rows: Rows, hall: str, service: str, quota: QuotaNow) -> int:
    """How many tickets of a service without an appointment are left of its quota; 0 when it is used up."""
    given = rows.one(_GIVEN_OF_QUOTA, hall=hall, on=quota.on, service=service, since=quota.since or EPOCH)
    return max(0, quota.most - (given or 0))


@dataclass(frozen=True, slots=True)
class TicketStopRow:
    """A stop of the tickets of a service that holds."""

    id: str
    service: str
    reason: StopReason
    stopped_at: datetime


_OPEN = Read.of(
    TicketStopRow,
    ticket_stop,
    "hall",
    ticket_stop.c.business_day == bindparam("on"),
    ticket_stop.c.reopened_at.is_(None),
    order=("stopped_at", "id"),
)


def stops_of_day(rows: Rows, hall: str, on: date) -> dict[str, TicketStopRow]:
    """The stops that hold in a hall (id) on a business day, by service."""
    return {stop.service: stop for stop in rows.all(_OPEN, hall=hall, on=on)}


has_ticket = Exists(str, select(ticket_access.c.visit).where(ticket_access.c.press == bindparam("press")))
"""Whether a press has a ticket."""


def of_press(press: str) -> Query:
    """The read of `has_ticket`."""
    return Query(has_ticket.read, {"press": press})


has_demand = Exists(str, select(not_issued.c.id).where(not_issued.c.id == bindparam("demand")))
"""Whether a ticket not issued (id) was counted."""


@dataclass(frozen=True, slots=True)
class NewAccess:
    """How a new ticket is reached. `press_by`: the device or author that pressed; `press` names the press.

    `press` None: another device's press has that name already.
    """

    visit: str
    hall: str
    token_digest: str
    short_code: str
    business_day: date
    press: str | None
    press_by: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The digest of a ticket's token."""

    visit: str
    token_digest: str


@dataclass(frozen=True, slots=True)
class PressedTicket:
    """The ticket of a press, its first leg and its first print job.

    `body`: that of the fact of its issue. Where nothing was printed, `job`, `job_state` and `job_verdict` are
    None.
    """

    visit: str
    hall: str
    short_code: str
    press_by: str | None
    number: str
    issued_at: datetime
    service: str
    quoted_low_s: int | None
    quoted_median_s: int | None
    quoted_high_s: int | None
    booked_at: datetime | None
    arrived_at: datetime
    job: str | None
    job_state: PrintJobState | None
    job_verdict: str | None
    job_printer: str | None
    job_first_printer: str | None
    body: Json | None


insert_access = NewRow(ticket_access, NewAccess)
"""Keeps how a new ticket is reached."""
_TOKENS = rows_of(TokenRow, ticket_access)
token_of_visit = One(TokenRow, _TOKENS.where(ticket_access.c.visit == bindparam("visit")))
"""What is kept of a visit's token; None once it was purged."""
last_token = One(TokenRow, _TOKENS.order_by(ticket_access.c.visit.desc()).limit(1))
"""The token of the ticket issued last."""
_RENEW = Write(ticket_access.update().where(ticket_access.c.visit == bindparam("of_visit")), "token_digest")
_LAST_LEGS = LEGS.join(ticket_access, ticket_access.c.visit == leg.c.visit).order_by(leg.c.position.desc())
leg_of_digest = One(LegRow, _LAST_LEGS.where(ticket_access.c.token_digest == bindparam("digest")).limit(1))
"""The last leg of the visit whose token has this digest."""
_LEG_OF_SHORT_CODE = Read(
    LegRow,
    _LAST_LEGS.where(
        ticket_access.c.short_code == bindparam("code"), ticket_access.c.business_day >= bindparam("on")
    ).limit(1),
)
ticket_of_press = One(
    PressedTicket,
    rows_of(
        PressedTicket,
        leg,
        visit=ticket_access.c.visit,
        hall=ticket_access.c.hall,
        short_code=ticket_access.c.short_code,
        press_by=ticket_access.c.press_by,
        number=visit.c.number,
        issued_at=visit.c.issued_at,
        job=print_job.c.id,
        job_state=print_job.c.state,
        job_verdict=print_job.c.verdict,
        job_printer=print_job.c.printer,
        job_first_printer=print_job.c.first_printer,
        body=type_coerce(hall_fact.c.body, Document),
    )
    .select_from(
        ticket_access.join(visit, visit.c.id == ticket_access.c.visit)
        .join(leg, (leg.c.visit == visit.c.id) & (leg.c.position == 1))
        .outerjoin(print_job, (print_job.c.visit == visit.c.id) & (print_job.c.copy == 1))
        .outerjoin(
            hall_fact, (hall_fact.c.visit == visit.c.id) & (hall_fact.c.kind == literal_word("TicketIssued"))
        )
    )
    .where(ticket_access.c.press == bindparam("press")),
)
"""The ticket that a press gave."""


def renew_token(transaction: Writes, visit: str, *, digest: str) -> None:
    """Keeps the digest of another token of a visit."""
    transaction.run(_RENEW, of_visit=visit, token_digest=digest)


def leg_of_code(rows: Rows, code: str, *, since: date) -> LegRow | None:
    """The last leg of the visit with this short code, issued on a business day or later."""
    return rows.one(_LEG_OF_SHORT_CODE, code=code, on=since)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A print job of a ticket. `printer`: the kiosk's id; `copy` counts the papers of a visit from 1."""

    printer: str
    copy: int
    document: Json


last_paper = One(
    PaperRow,
    select(
        print_job.c.printer, print_job.c.copy, type_coerce(print_job.c.document, Document).label("document")
    )
    .where(print_job.c.visit == bindparam("visit"))
    .order_by(print_job.c.copy.desc())
    .limit(1),
)
"""The print job of a visit (id) that was queued last."""

TOKEN_BYTES = 16
_OWN_KEY = secrets.token_bytes(32)


class TicketTokens:
    """Makes the token of a visit, the same each time. `key` is called once, for the first token."""

    def __init__(self, key: Callable[[], bytes] = lambda: _OWN_KEY) -> None:
        self._read = key
        self._key: bytes | None = None

    def of(self, visit: str) -> str:
        """The token of a visit (id): 128 bits as 22 URL-safe characters, shaped like `new_token`'s."""
        key = self._key = self._key or self._read()
        turn = 0
        while True:
            made = hmac.new(key, f"parvis ticket {turn} {visit}".encode(), sha256).digest()[:TOKEN_BYTES]
            token = base64.urlsafe_b64encode(made).decode().rstrip("=")
            if is_token_shaped(token):
                return token
            turn += 1

    def remake(self, visit: str, *, digest: str | None) -> str | None:
        """The token of a visit; None unless it has this digest: purged, or made with another key."""
        token = self.of(visit)
        return token if digest is not None and hmac.compare_digest(token_digest(token), digest) else None
