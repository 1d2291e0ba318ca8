"""Reports and their texts; schedules, recipients and letters. Plain rows: freezing and approval are facts."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import bindparam, null, select

from server.domain.reports.figures import ReportContent
from server.domain.reports.reports import KeptAnswer
from server.store.engine.lookups import ChangeBy, Exists, KeepFields, NewRow, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.engine.writes import Writes
from server.store.outbox import Outbox
from server.store.tables.journals import erasable
from server.store.tables.reports import grid_text, report, report_letter, report_recipient, report_schedule
from server.store.tables.visits import leg


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report of halls (ids) and a period (its name). `figures`, `digest`: None for a draft."""

    id: str
    halls: list[str]
    period: str
    state: str
    sentences: list[str]
    figures: ReportContent | None
    digest: str | None
    begun_at: datetime
    begun_by: str
    changed_at: datetime
    frozen_at: datetime | None = None
    frozen_by: str | None = None
    approved_at: datetime | None = None
    approved_by: str | None = None
    answers: list[KeptAnswer] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """A report without its figures, which take about 100 kB: for lists, and to choose one."""

    id: str
    halls: list[str]
    period: str
    state: str
    begun_at: datetime
    changed_at: datetime
    frozen_at: datetime | None
    approved_at: datetime | None


_OF_ID = report.c.id == bindparam("of_id")
report_row = One(ReportRow, rows_of(ReportRow, report).where(_OF_ID))
"""A report by its id."""
_SUMMARIES = rows_of(ReportSummary, report)
reports_of_period = Several(
    ReportSummary, _SUMMARIES.where(report.c.period == bindparam("period")).order_by(report.c.begun_at)
)
"""The reports of a period (its name) without figures, in the order in which they were begun."""
every_report = Several(ReportSummary, _SUMMARIES.order_by(report.c.begun_at.desc(), report.c.id.desc()))
"""Every report without its figures, the newest first."""
insert_report = NewRow(report, ReportRow)
"""Keeps a new report."""
set_sentences = ChangeBy(report.update().where(_OF_ID), "of_id", "sentences", "changed_at")
"""Keeps the sentences of a draft."""
set_answers = ChangeBy(report.update().where(_OF_ID), "of_id", "answers")
"""Keeps the answers of a draft."""
freeze_row = KeepFields(
    report, ReportRow, "state", "sentences", "figures", "digest", "changed_at", "frozen_at", "frozen_by"
)
"""Keeps the frozen figures of a report, by whom and when."""
approve_row = KeepFields(report, ReportRow, "state", "changed_at", "approved_at", "approved_by")
"""Keeps who approved a report, and when."""
delete_report = ChangeBy(report.delete().where(_OF_ID))
"""Deletes a draft."""


has_legs_before = Exists(
    str,
    select(leg.c.id).where(leg.c.hall == bindparam("hall"), leg.c.business_day < bindparam("day")).limit(1),
    names=("hall", "day"),
)
"""Whether a hall (id) had a leg before a local date."""


@dataclass(frozen=True, slots=True)
class GridTextRow:
    """The text of a line (`code`) of a grid at a site (slug). `withdrawn_at`: None while it stands."""

    site: str
    grid: str
    code: str
    text: str
    source: str
    read_on: date
    changed_at: datetime
    evidence: list[str]
    withdrawn_at: datetime | None = None


grid_texts_of = Several.of(GridTextRow, grid_text, "site")
"""The texts of a site, withdrawn ones too."""
_OF_LINE = (
    (grid_text.c.site == bindparam("of_site"))
    & (grid_text.c.grid == bindparam("of_grid"))
    & (grid_text.c.code == bindparam("of_code"))
)
_KEEP = Write.upsert(
    grid_text,
    ["site", "grid", "code"],
    ["text", "source", "read_on", "changed_at", "evidence", "withdrawn_at"],
)
_WITHDRAW = Write(grid_text.update().where(_OF_LINE, grid_text.c.withdrawn_at.is_(None)), "withdrawn_at")
_RESTORE = Write(
    grid_text.update().where(_OF_LINE, grid_text.c.withdrawn_at.is_not(None)).values(withdrawn_at=null())
)


def keep_grid_text(rows: WrittenRows, new: GridTextRow) -> None:
    """Keeps the text of a line in place of the former one."""
    rows.execute(_KEEP, **values_of(new))


def withdraw_row(rows: WrittenRows, site: str, grid: str, code: str, at: datetime) -> bool:
    """Withdraws the text of a line; False when none stands."""
    return bool(rows.execute(_WITHDRAW, of_site=site, of_grid=grid, of_code=code, withdrawn_at=at))


def restore_row(rows: WrittenRows, site: str, grid: str, code: str) -> bool:
    """Restores the withdrawn text of a line; False when none is withdrawn."""
    return bool(rows.execute(_RESTORE, of_site=site, of_grid=grid, of_code=code))


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A plan to send reports of halls (ids) and a kind of period on a day of the month."""

    id: str
    halls: list[str]
    kind: str
    day: int
    language: str
    planned_at: datetime
    planned_by: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """Who gets the reports of a schedule: an account (id), or an address by the id of its erasable value."""

    id: str
    schedule: str
    account: str | None
    kept: str | None


@dataclass(frozen=True, slots=True, repr=False)
class Recipient(RecipientRow):
    """A recipient with its address; None for an account, and once it is erased."""

    address: str | None


schedules = Several.of(
    ScheduleRow,
    report_schedule,
    report_schedule.c.ended_at.is_(None),
    order=("planned_at", "id"),
)
"""The schedules that stand, the first planned first."""
_RECIPIENTS = Read(
    Recipient,
    rows_of(Recipient, report_recipient, address=erasable.c.value)
    .select_from(report_recipient.outerjoin(erasable, erasable.c.id == report_recipient.c.kept))
    .order_by(report_recipient.c.id),
)
_INSERT_SCHEDULE = Write.new_row(report_schedule, ScheduleRow)
_INSERT_RECIPIENT = Write.new_row(report_recipient, RecipientRow)
end_schedule = ChangeBy(
    report_schedule.update().where(report_schedule.c.id == bindparam("of_id")), *("of_id", "ended_at")
)
"""Ends a schedule; its recipients are removed apart."""
_DELETE_LETTERS = Write(report_letter.delete().where(report_letter.c.recipient == bindparam("of_recipient")))
_DELETE_RECIPIENT = Write(report_recipient.delete().where(report_recipient.c.id == bindparam("of_recipient")))
_ERASE = Write(
    erasable.update().where(erasable.c.id == bindparam("of_value")).values(value=null(), salt=null())
)


def recipients_by_schedule(rows: Rows) -> dict[str, list[Recipient]]:
    """Every recipient, by schedule, in the order in which they were planned."""
    found: dict[str, list[Recipient]] = {}
    for each in rows.all(_RECIPIENTS):
        found.setdefault(each.schedule, []).append(each)
    return found


def insert_schedule(transaction: Writes, new: ScheduleRow, recipients: list[RecipientRow]) -> None:
    """Keeps a new schedule with its recipients."""
    transaction.run(_INSERT_SCHEDULE, **values_of(new))
    for each in recipients:
        transaction.run(_INSERT_RECIPIENT, **values_of(each))


def delete_recipient(transaction: Writes, recipient: Recipient) -> None:
    """Deletes a recipient with its letters, and erases its address with its salt."""
    if recipient.kept is not None:
        transaction.run(_ERASE, of_value=recipient.kept)
    transaction.run(_DELETE_LETTERS, of_recipient=recipient.id)
    transaction.run(_DELETE_RECIPIENT, of_recipient=recipient.id)


@dataclass(frozen=True, slots=True)
class LetterRow:
    """The letter of a report (id) to a recipient (id). `tries`: how often it was taken to be sent.

    `failure`: the code of the last failure; `given_up_at`: it is tried no more.
    """

    id: str
    recipient: str
    period: str
    report: str
    queued_at: datetime
    next_at: datetime
    tries: int = 0
    sent_at: datetime | None = None
    given_up_at: datetime | None = None
    failure: str | None = None


_letter = report_letter.c
LETTERS = Outbox(report_letter)
every_letter = Several.of(LetterRow, report_letter, order=(_letter.queued_at, _letter.id))
"""Every letter that is kept, the first queued first."""
due_letters = Several(
    LetterRow,
    rows_of(LetterRow, report_letter)
    .where(LETTERS.is_underway, _letter.next_at <= bindparam("now"), LETTERS.is_free)
    .order_by(_letter.queued_at, _letter.id),
)
"""The letters to send now that no sender has."""
queue_letter = NewRow(report_letter, LetterRow)
"""Puts a letter on its way. One recipient has one letter a period: the table refuses a second."""
_TRY_AGAIN = Write(
    LETTERS.freed.where(_letter.id == bindparam("of_id"), _letter.sent_at.is_(None)).values(
        given_up_at=null(), tries=0
    ),
    "queued_at",
    "next_at",
)


def try_again(rows: WrittenRows, letter: str, now: datetime) -> bool:
    """Tries a letter again now; False when it was sent or is unknown."""
    return bool(rows.execute(_TRY_AGAIN, of_id=letter, queued_at=now, next_at=now))
