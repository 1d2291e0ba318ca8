"""Reports and their texts; schedules, recipients and letters. Plain rows: freezing and approval are facts."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, null, select

from server.domain.reports.figures import ReportContent
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
_BY_ID = Read(ReportRow, rows_of(ReportRow, report).where(_OF_ID))
_SUMMARIES = rows_of(ReportSummary, report)
_OF_PERIOD = Read(
    ReportSummary, _SUMMARIES.where(report.c.period == bindparam("period")).order_by(report.c.begun_at)
)
_ALL = Read(ReportSummary, _SUMMARIES.order_by(report.c.begun_at.desc(), report.c.id.desc()))
_INSERT = Write.new_row(report, ReportRow)
_SET_SENTENCES = Write(report.update().where(_OF_ID), "sentences", "changed_at")
_FREEZE = Write(
    report.update().where(_OF_ID),
    *("state", "sentences", "figures", "digest", "changed_at", "frozen_at", "frozen_by"),
)
_APPROVE = Write(report.update().where(_OF_ID), "state", "changed_at", "approved_at", "approved_by")
_DELETE = Write(report.delete().where(_OF_ID))


def report_row(rows: Rows, report_id: str) -> ReportRow | None:
    """A report by its id."""
    return rows.one(_BY_ID, of_id=report_id)


def reports_of_period(rows: Rows, period: str) -> list[ReportSummary]:
    """The reports of a period (its name) without figures, in the order in which they were begun."""
    return rows.all(_OF_PERIOD, period=period)


def every_report(rows: Rows) -> list[ReportSummary]:
    """Every report without its figures, the newest first."""
    return rows.all(_ALL)


def insert_report(transaction: Writes, new: ReportRow) -> None:
    """Keeps a new report."""
    transaction.run(_INSERT, **values_of(new))


def set_sentences(transaction: Writes, report_id: str, sentences: list[str], at: datetime) -> None:
    """Keeps the sentences of a draft."""
    transaction.run(_SET_SENTENCES, of_id=report_id, sentences=sentences, changed_at=at)


def freeze_row(transaction: Writes, frozen: ReportRow) -> None:
    """Keeps the frozen figures of a report, by whom and when."""
    transaction.run(
        _FREEZE,
        of_id=frozen.id,
        state=frozen.state,
        sentences=frozen.sentences,
        figures=frozen.figures,
        digest=frozen.digest,
        changed_at=frozen.changed_at,
        frozen_at=frozen.frozen_at,
        frozen_by=frozen.frozen_by,
    )


def approve_row(transaction: Writes, approved: ReportRow) -> None:
    """Keeps who approved a report, and when."""
    transaction.run(
        _APPROVE,
        of_id=approved.id,
        state=approved.state,
        changed_at=approved.changed_at,
        approved_at=approved.approved_at,
        approved_by=approved.approved_by,
    )


def delete_report(transaction: Writes, report_id: str) -> None:
    """Deletes a draft."""
    transaction.run(_DELETE, of_id=report_id)


_BEFORE = Read(
    str,
    select(leg.c.id).where(leg.c.hall == bindparam("hall"), leg.c.business_day < bindparam("day")).limit(1),
)


def has_legs_before(rows: Rows, hall: str, day: date) -> bool:
    """Whether a hall (id) had a leg before a local date."""
    return rows.one(_BEFORE, hall=hall, day=day) is not None


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
    withdrawn_at: datetime | None = None


_OF_SITE = Read(GridTextRow, rows_of(GridTextRow, grid_text).where(grid_text.c.site == bindparam("site")))
_OF_LINE = (
    (grid_text.c.site == bindparam("of_site"))
    & (grid_text.c.grid == bindparam("of_grid"))
    & (grid_text.c.code == bindparam("of_code"))
)
_KEEP = Write.upsert(
    grid_text, ["site", "grid", "code"], ["text", "source", "read_on", "changed_at", "withdrawn_at"]
)
_WITHDRAW = Write(grid_text.update().where(_OF_LINE, grid_text.c.withdrawn_at.is_(None)), "withdrawn_at")
_RESTORE = Write(
    grid_text.update().where(_OF_LINE, grid_text.c.withdrawn_at.is_not(None)).values(withdrawn_at=null())
)


def grid_texts_of(rows: Rows, site: str) -> list[GridTextRow]:
    """The texts of a site, withdrawn ones too."""
    return rows.all(_OF_SITE, site=site)


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


_ALL_SCHEDULES = Read(
    ScheduleRow,
    rows_of(ScheduleRow, report_schedule)
    .where(report_schedule.c.ended_at.is_(None))
    .order_by(report_schedule.c.planned_at, report_schedule.c.id),
)
_RECIPIENTS = Read(
    Recipient,
    select(
        report_recipient.c.id,
        report_recipient.c.schedule,
        report_recipient.c.account,
        report_recipient.c.kept,
        erasable.c.value.label("address"),
    )
    .select_from(report_recipient.outerjoin(erasable, erasable.c.id == report_recipient.c.kept))
    .order_by(report_recipient.c.id),
)
_INSERT_SCHEDULE = Write.new_row(report_schedule, ScheduleRow)
_INSERT_RECIPIENT = Write.new_row(report_recipient, RecipientRow)
_END = Write(report_schedule.update().where(report_schedule.c.id == bindparam("of_id")), "ended_at")
_DELETE_LETTERS = Write(report_letter.delete().where(report_letter.c.recipient == bindparam("of_recipient")))
_DELETE_RECIPIENT = Write(report_recipient.delete().where(report_recipient.c.id == bindparam("of_recipient")))
_ERASE = Write(
    erasable.update().where(erasable.c.id == bindparam("of_value")).values(value=null(), salt=null())
)


def schedules(rows: Rows) -> list[ScheduleRow]:
    """The schedules that stand, the first planned first."""
    return rows.all(_ALL_SCHEDULES)


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


def end_schedule(transaction: Writes, schedule: str, at: datetime) -> None:
    """Ends a schedule; its recipients are removed apart."""
    transaction.run(_END, of_id=schedule, ended_at=at)


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
_ALL_LETTERS = Read(LetterRow, rows_of(LetterRow, report_letter).order_by(_letter.queued_at, _letter.id))
_DUE = Read(
    LetterRow,
    rows_of(LetterRow, report_letter)
    .where(LETTERS.is_underway, _letter.next_at <= bindparam("now"), LETTERS.is_free)
    .order_by(_letter.queued_at, _letter.id),
)
_INSERT_LETTER = Write.new_row(report_letter, LetterRow)
_TRY_AGAIN = Write(
    LETTERS.freed.where(_letter.id == bindparam("of_id"), _letter.sent_at.is_(None)).values(
        given_up_at=null(), tries=0
    ),
    "queued_at",
    "next_at",
)


def every_letter(rows: Rows) -> list[LetterRow]:
    """Every letter that is kept, the first queued first."""
    return rows.all(_ALL_LETTERS)


def due_letters(rows: Rows, now: datetime) -> list[LetterRow]:
    """The letters to send now that no sender has."""
    return rows.all(_DUE, now=now)


def queue_letter(transaction: Writes, new: LetterRow) -> None:
    """Puts a letter on its way. One recipient has one letter a period: the table refuses a second."""
    transaction.run(_INSERT_LETTER, **values_of(new))


def try_again(rows: WrittenRows, letter: str, now: datetime) -> bool:
    """Tries a letter again now; False when it was sent or is unknown."""
    return bool(rows.execute(_TRY_AGAIN, of_id=letter, queued_at=now, next_at=now))
