"""What a visitor holds of a ticket (token, short code), the press that gave it, and its papers."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select, type_coerce

from server.domain.facts import Json
from server.domain.printing.printers import PrintJobState
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, literal_word, rows_of, values_of
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact
from server.store.tables.printing import print_job
from server.store.tables.visits import leg, ticket_access, visit
from server.store.visits.legs import LEGS, LegRow


@dataclass(frozen=True, slots=True)
class NewAccess:
    """How a new ticket is reached. `press_by`: the device or author that pressed; `press` names the press."""

    visit: str
    hall: str
    token_digest: str
    short_code: str
    business_day: date
    press: str
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


_INSERT = Write.new_row(ticket_access, NewAccess)
_TOKENS = rows_of(TokenRow, ticket_access)
_TOKEN = Read(TokenRow, _TOKENS.where(ticket_access.c.visit == bindparam("visit")))
_LAST_TOKEN = Read(TokenRow, _TOKENS.order_by(ticket_access.c.visit.desc()).limit(1))
_RENEW = Write(ticket_access.update().where(ticket_access.c.visit == bindparam("of_visit")), "token_digest")
_LAST_LEGS = LEGS.join(ticket_access, ticket_access.c.visit == leg.c.visit).order_by(leg.c.position.desc())
_LEG_OF_TOKEN = Read(LegRow, _LAST_LEGS.where(ticket_access.c.token_digest == bindparam("digest")).limit(1))
_LEG_OF_SHORT_CODE = Read(
    LegRow,
    _LAST_LEGS.where(
        ticket_access.c.short_code == bindparam("code"), ticket_access.c.business_day >= bindparam("on")
    ).limit(1),
)
_TICKET_OF_PRESS = Read(
    PressedTicket,
    select(
        ticket_access.c.visit,
        ticket_access.c.hall,
        ticket_access.c.short_code,
        ticket_access.c.press_by,
        visit.c.number,
        visit.c.issued_at,
        leg.c.service,
        leg.c.quoted_low_s,
        leg.c.quoted_median_s,
        leg.c.quoted_high_s,
        leg.c.booked_at,
        leg.c.arrived_at,
        print_job.c.id.label("job"),
        print_job.c.state.label("job_state"),
        print_job.c.verdict.label("job_verdict"),
        print_job.c.printer.label("job_printer"),
        print_job.c.first_printer.label("job_first_printer"),
        type_coerce(hall_fact.c.body, Document).label("body"),
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


def insert_access(transaction: Writes, new: NewAccess) -> None:
    """Keeps how a new ticket is reached."""
    transaction.run(_INSERT, **values_of(new))


def token_of_visit(rows: Rows, visit: str) -> TokenRow | None:
    """What is kept of a visit's token; None once it was purged."""
    return rows.one(_TOKEN, visit=visit)


def last_token(rows: Rows) -> TokenRow | None:
    """The token of the ticket issued last."""
    return rows.one(_LAST_TOKEN)


def renew_token(transaction: Writes, visit: str, *, digest: str) -> None:
    """Keeps the digest of another token of a visit."""
    transaction.run(_RENEW, of_visit=visit, token_digest=digest)


def leg_of_digest(rows: Rows, digest: str) -> LegRow | None:
    """The last leg of the visit whose token has this digest."""
    return rows.one(_LEG_OF_TOKEN, digest=digest)


def leg_of_code(rows: Rows, code: str, *, since: date) -> LegRow | None:
    """The last leg of the visit with this short code, issued on a business day or later."""
    return rows.one(_LEG_OF_SHORT_CODE, code=code, on=since)


def ticket_of_press(rows: Rows, press: str) -> PressedTicket | None:
    """The ticket that a press gave."""
    return rows.one(_TICKET_OF_PRESS, press=press)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A print job of a ticket. `printer`: the kiosk's id; `copy` counts the papers of a visit from 1."""

    printer: str
    copy: int
    document: Json


_LAST = Read(
    PaperRow,
    select(
        print_job.c.printer, print_job.c.copy, type_coerce(print_job.c.document, Document).label("document")
    )
    .where(print_job.c.visit == bindparam("visit"))
    .order_by(print_job.c.copy.desc())
    .limit(1),
)


def last_paper(rows: Rows, visit: str) -> PaperRow | None:
    """The print job of a visit (id) that was queued last."""
    return rows.one(_LAST, visit=visit)
