"""Reports of halls and a period: begun, written, frozen, approved, and read by those who may.

A frozen report keeps its figures as they are, whatever is recorded later. Once it is approved, the committee,
the screens and the public page may show it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.quality.periods import Period
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportContent, report_period
from server.domain.reports.reports import (
    MOST_HALLS,
    SENTENCES,
    Correction,
    KeptAnswer,
    ReportState,
    checked_sentences,
    content_digest,
    corrections,
    may_approve,
    report_approved,
    report_frozen,
    with_answer,
    without_answer,
)
from server.ids import new_id
from server.store import reports
from server.store.configuration.halls import all_halls
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.people.accounts import accounts, allowed_by, every_grant
from server.store.people.pseudonyms import account_behind, name_of
from server.store.reports import ReportRow, ReportSummary
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.reports.report_content import read_report_figures

type Sites = frozenset[str] | None
"""Slugs of sites; None: every site."""


@dataclass(frozen=True, slots=True)
class ReportReach:
    """The sites whose reports a person reads once they are approved, and those whose reports they write."""

    reads: Sites
    writes: Sites


def find_report(database: Database, rows: Rows, report: str, sites: Sites) -> ReportRow:
    """A report of which every hall is at one of the sites. Refusal: unknown_report."""
    found = reports.report_row(rows, report)
    if found is None or not are_within(sites_of(database, found.halls), sites):
        raise Refusal("unknown_report")
    return found


def find_draft(database: Database, rows: Rows, report: str, sites: Sites) -> ReportRow:
    """A report that is still a draft. Refusals: unknown_report, report_frozen."""
    found = find_report(database, rows, report, sites)
    if found.state != ReportState.DRAFT:
        raise Refusal("report_frozen")
    return found


def sites_of(database: Database, halls: Collection[str]) -> frozenset[str]:
    """The sites (slugs) of halls (ids)."""
    return frozenset(database.configuration(hall).site.slug for hall in halls)


def are_within(places: frozenset[str], sites: Sites) -> bool:
    """Whether all of these places are among the sites."""
    return sites is None or places <= sites


def may_read(database: Database, row: ReportRow | ReportSummary, reach: ReportReach) -> bool:
    """Whether a person reads a report: an approved one at their sites, any one where they write."""
    places = sites_of(database, row.halls)
    if are_within(places, reach.writes):
        return True
    return row.state == ReportState.APPROVED and are_within(places, reach.reads)


def writers_at(rows: Rows, places: frozenset[str]) -> set[str]:
    """The accounts (ids) that can sign in and may write reports at all of these sites."""
    grants = every_grant(rows)
    return {
        each.id
        for each in accounts(rows)
        if not each.is_locked
        and all(allowed_by(grants.get(each.id, []), Permission.WRITE_REPORTS, site) for site in places)
    }


def configured_halls(rows: Rows) -> list[str]:
    """The ids of the halls that are set up, by slug."""
    return [each.id for each in sorted(all_halls(rows), key=lambda hall: hall.slug) if each.is_configured]


def checked_halls(database: Database, halls: Sequence[str], sites: Sites) -> list[str]:
    """The ids of halls (ids or slugs), by slug. Refusals: report_halls_missing, unknown_hall, forbidden."""
    if not 0 < len(set(halls)) <= MOST_HALLS:
        raise Refusal("report_halls_missing", most=MOST_HALLS)
    ids = {database.hall_id(hall) for hall in halls}
    if not are_within(sites_of(database, ids), sites):
        raise Refusal("forbidden")
    return sorted(ids, key=lambda each: database.configuration(each).hall)


class BegunReport(TypedDict):
    """The id of a draft, and whether it is new."""

    report: str
    is_new: bool


def begin_report(
    database: Database,
    author: Author,
    halls: Sequence[str],
    period: str,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> BegunReport:
    """The draft of these halls (ids or slugs) and this period; one draft at a time, whoever began it.

    So two presses at once make one report.

    Refusals: report_halls_missing for none or more than twenty; unknown_hall; forbidden for a hall of another
    site; bad_report_period; report_period_to_come for one that has not begun.
    """
    ids, named = checked_halls(database, halls, sites), report_period(period)
    if named.starts_on > database.configuration(ids[0]).site.local_day(database.clock.now()):
        raise Refusal("report_period_to_come")

    def begin(transaction: InstallationTransaction) -> BegunReport:
        for each in reports.reports_of_period(transaction, named.name):
            if each.state == ReportState.DRAFT and each.halls == ids:
                return {"report": each.id, "is_new": False}
        new = ReportRow(
            id=new_id(),
            halls=ids,
            period=named.name,
            state=ReportState.DRAFT,
            sentences=[""] * SENTENCES,
            figures=None,
            digest=None,
            begun_at=transaction.now,
            begun_by=author.id,
            changed_at=transaction.now,
        )
        reports.insert_report(transaction, new)
        return {"report": new.id, "is_new": True}

    return database.write_installation(author, write_key, begin)


def write_sentences(
    database: Database, author: Author, report: str, sentences: Sequence[str], *, base: str, sites: Sites
) -> datetime:
    """Keeps the three sentences; the instant of the change. `base`: the instant that the author saw.

    The same sentences again change nothing. Refusals: unknown_report, report_frozen, sentence_too_long;
    report_changed when somebody else has written others since.
    """
    lines = checked_sentences(sentences)
    with database.installation_transaction(author) as transaction:
        found = find_draft(database, transaction, report, sites)
        if found.sentences == lines:
            return found.changed_at
        if to_text(found.changed_at) != base:
            raise Refusal("report_changed")
        reports.set_sentences(transaction, report, lines, transaction.now)
        return transaction.now


def keep_answer(database: Database, author: Author, report: str, answer: KeptAnswer, *, sites: Sites) -> None:
    """Adds an answer of « What if » to a draft, which prints it after its page.

    Refusals: unknown_report, report_frozen, too_many_answers.
    """
    with database.installation_transaction(author) as transaction:
        found = find_draft(database, transaction, report, sites)
        reports.set_answers(transaction, report, with_answer(found.answers, answer))


def drop_answer(
    database: Database, author: Author, report: str, change: tuple[str, str], *, sites: Sites
) -> None:
    """Takes the answer about a change (hall by name, words) out of a draft.

    Refusals: unknown_report, report_frozen.
    """
    with database.installation_transaction(author) as transaction:
        found = find_draft(database, transaction, report, sites)
        reports.set_answers(transaction, report, without_answer(found.answers, *change))


def discard_report(database: Database, author: Author, report: str, *, sites: Sites) -> None:
    """Deletes a draft. Refusals: unknown_report, report_frozen."""
    with database.installation_transaction(author) as transaction:
        find_draft(database, transaction, report, sites)
        reports.delete_report(transaction, report)


class FrozenReport(TypedDict):
    """The id of a frozen report, and the SHA-256 of what is frozen."""

    report: str
    sha256: str


def freeze_report(
    database: Database, author: Author, report: str, *, sites: Sites, write_key: WriteKey | None = None
) -> FrozenReport:
    """Keeps the figures of a draft, read now, with its sentences; a fact holds their digest.

    Figures are read before the transaction, which then keeps no writer waiting.

    Refusals: unknown_report, report_frozen; report_period_running before the period is over.
    """
    with database.read() as rows:
        draft = find_report(database, rows, report, sites)
    figures = read_report_figures(database, draft.halls, report_period(draft.period))
    if figures["period"]["partial"] == "running":
        raise Refusal("report_period_running")

    def freeze(transaction: InstallationTransaction) -> FrozenReport:
        found = find_draft(database, transaction, report, sites)
        digest = content_digest(figures, found.sentences, found.answers)
        reports.freeze_row(
            transaction,
            replace(
                found,
                state=ReportState.FROZEN,
                figures=figures,
                digest=digest,
                changed_at=transaction.now,
                frozen_at=transaction.now,
                frozen_by=author.id,
            ),
        )
        facts = sum(hall["facts"] for hall in figures["halls"])
        slugs = [hall["slug"] for hall in figures["halls"]]
        transaction.record(report_frozen(report, slugs, found.period, digest=digest, facts=facts))
        return {"report": report, "sha256": digest}

    return database.write_installation(author, write_key, freeze)


def approve_report(database: Database, author: Author, report: str, *, sites: Sites) -> None:
    """Approves a report; one that is approved already stays as it is.

    Refusals: unknown_report; report_not_frozen; report_needs_another_approver for who froze it, while another
    person has the right at all of its sites.
    """
    with database.installation_transaction(author) as transaction:
        found = find_report(database, transaction, report, sites)
        if found.state == ReportState.APPROVED:
            return
        if found.state != ReportState.FROZEN or found.figures is None or found.digest is None:
            raise Refusal("report_not_frozen")
        writers = writers_at(transaction, sites_of(database, found.halls))
        frozen_by = account_behind(transaction, found.frozen_by or "")
        if not may_approve(author.person_id, frozen_by, writers):
            raise Refusal("report_needs_another_approver")
        reports.approve_row(
            transaction,
            replace(
                found,
                state=ReportState.APPROVED,
                changed_at=transaction.now,
                approved_at=transaction.now,
                approved_by=author.id,
            ),
        )
        slugs = [hall["slug"] for hall in found.figures["halls"]]
        transaction.record(report_approved(report, slugs, found.period, digest=found.digest))


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report in the list: its halls by name, its sites (slugs), period and state, and when it got there."""

    id: str
    halls: list[str]
    sites: frozenset[str]
    period: Period
    state: ReportState
    since: datetime


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report with its figures: the frozen ones, or those of now for a draft.

    `now`: those that facts give now; `corrections`: what differs in them, empty for a draft. `is_intact`: the
    kept figures have the digest of their fact. `frozen_by`, `approved_by`: names, None where nobody did or
    the account is gone.
    """

    row: ReportRow
    period: Period
    figures: ReportContent
    now: ReportContent
    corrections: list[Correction]
    is_intact: bool
    may_write: bool = False
    may_approve: bool = False
    frozen_by: str | None = None
    approved_by: str | None = None

    @property
    def state(self) -> ReportState:
        """Draft, frozen or approved."""
        return ReportState(self.row.state)


def read_reports(database: Database, reach: ReportReach) -> list[ListedReport]:
    """The reports a person may read, the newest first."""
    with database.read() as rows:
        found = [row for row in reports.every_report(rows) if may_read(database, row, reach)]
    return [
        ListedReport(
            row.id,
            [database.configuration(hall).name for hall in row.halls],
            sites_of(database, row.halls),
            report_period(row.period),
            ReportState(row.state),
            row.approved_at or row.frozen_at or row.begun_at,
        )
        for row in found
    ]


def read_report(database: Database, report: str, reach: ReportReach, *, reader: str) -> ReadReport:
    """A report as its reader (an account's id) may see it. Refusal: unknown_report."""
    with database.read() as rows:
        row = reports.report_row(rows, report)
        if row is None or not may_read(database, row, reach):
            raise Refusal("unknown_report")
        places = sites_of(database, row.halls)
        writers = writers_at(rows, places)
        freezer = account_behind(rows, row.frozen_by or "")
        frozen_by = name_of(rows, row.frozen_by) if row.frozen_by else None
        approved_by = name_of(rows, row.approved_by) if row.approved_by else None
    may_write = are_within(places, reach.writes)
    return replace(
        _with_figures(database, row, row.halls),
        may_write=may_write,
        may_approve=may_write and may_approve(reader, freezer, writers),
        frozen_by=frozen_by,
        approved_by=approved_by,
    )


def _with_figures(database: Database, row: ReportRow, halls: Sequence[str]) -> ReadReport:
    """A report of halls in this order, of which its reader may nothing."""
    period, frozen = report_period(row.period), row.figures
    now = read_report_figures(database, halls, period)
    return ReadReport(
        row,
        period,
        figures=frozen or now,
        now=now,
        corrections=corrections(frozen, now) if frozen else [],
        is_intact=frozen is None or content_digest(frozen, row.sentences, row.answers) == row.digest,
    )


def report_of_period(database: Database, halls: Sequence[str], period: str) -> ReadReport:
    """The newest frozen or approved report of halls (ids or slugs) and a period; else a draft of now.

    The draft is kept nowhere. Refusals: unknown_hall, bad_report_period.
    """
    named = report_period(period)
    ids = sorted(database.hall_id(hall) for hall in halls)
    with database.read() as rows:
        found = [
            each.id
            for each in reports.reports_of_period(rows, named.name)
            if sorted(each.halls) == ids and each.state != ReportState.DRAFT
        ]
        kept = reports.report_row(rows, found[-1]) if found else None
    at, none = database.clock.now(), [""] * SENTENCES
    draft = ReportRow("", ids, named.name, ReportState.DRAFT, none, None, None, at, "", at)
    return _with_figures(database, kept or draft, halls)
