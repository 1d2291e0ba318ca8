"""What the product shows for the lines of a label’s grid: texts of a site, and its newest approved figures.

No level is computed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict

from server.domain.hall.configuration import Site
from server.domain.hall_checks import CheckKind
from server.domain.instants import from_text, to_text
from server.domain.refusals import Refusal
from server.domain.reports.figures import ReportDays, ReportHall, report_period
from server.domain.reports.reports import (
    MOST_LINES,
    Evidence,
    GridTextRequest,
    ReportState,
    checked_text,
    line_order,
)
from server.domain.surveys.campaigns import SurveyState
from server.store import reports
from server.store.hall_checks import actions_of, checks_of
from server.store.notices.displays import counted_at_of
from server.store.quality.figures import days_with_legs
from server.store.reports import GridTextRow, ReportSummary
from server.store.surveys import all_surveys
from server.store.transactions.database import Database
from server.usecases.complaints.entries import counted_entries
from server.usecases.quality.targets import read_targets
from server.usecases.reports.committee import read_committee


class FrozenResults(TypedDict):
    """What a hall may show of its newest approved report.

    `figures`: the hall's figures by indicator, in all (`whole`) and by service, each with those of the period
    before, as they were frozen. `sentences`: up to three, without empty ones; of a report of several halls
    they are about all of these. `as_of`, `approved_at`: RFC 3339.
    """

    report: str
    period: ReportDays
    previous: ReportDays
    figures: ReportHall
    sentences: list[str]
    as_of: str
    approved_at: str
    sha256: str


def read_frozen_results(database: Database, hall: str) -> FrozenResults | None:
    """The results of the approved report with the latest period that counts a hall (id or slug), or None.

    Of two reports of one period, the one approved last. Refusal: unknown_hall.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        approved = [
            row
            for row in reports.every_report(rows)
            if row.state == ReportState.APPROVED and hall_id in row.halls
        ]
        chosen = max(approved, key=_rank, default=None)
        newest = None if chosen is None else reports.report_row(rows, chosen.id)
    if newest is None or newest.figures is None or newest.approved_at is None or newest.digest is None:
        return None
    content = newest.figures
    return {
        "report": newest.id,
        "period": content["period"],
        "previous": content["previous"],
        "figures": next(each for each in content["halls"] if each["hall"] == hall_id),
        "sentences": [each for each in newest.sentences if each],
        "as_of": content["as_of"],
        "approved_at": to_text(newest.approved_at),
        "sha256": newest.digest,
    }


def _rank(row: ReportSummary) -> tuple[str, datetime]:
    period = report_period(row.period)
    return period.ends_on.isoformat(), row.approved_at or row.begun_at


LOOKED_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class FoundEvidence:
    """Evidence of a hall: its local date, and the address of the page that shows it."""

    on: date
    path: str


def read_grids(database: Database, hall: str) -> Mapping[Evidence, FoundEvidence]:
    """The evidence that there is for a hall (id or slug). Refusal: unknown_hall."""
    hall_id, configuration = database.hall_id(hall), database.configuration(hall)
    site, slug = configuration.site, configuration.hall
    today = site.local_day(database.clock.now())
    results = read_frozen_results(database, hall)
    _, targets = read_targets(database, slug)
    meetings = read_committee(database, site).meetings
    entries = list(counted_entries(database, slug)) if site.complaints.has_register else []
    with database.read() as rows:
        days = days_with_legs(rows, hall_id, today - LOOKED_BACK, today + timedelta(days=1))
        counted_at = counted_at_of(rows, hall_id)
        actions = actions_of(rows, site.slug)
        surveys = [each for each in all_surveys(rows) if hall_id in each.halls and each.opens_on <= today]
        checks = {kind: [each.done_on for each in checks_of(rows, hall_id, kind)] for kind in CheckKind}
    asked = [each for each in surveys if each.state != SurveyState.DRAFT]
    last: dict[Evidence, tuple[Iterable[date], str]] = {
        Evidence.TICKETS: (days, f"/qualite?hall={slug}"),
        Evidence.BUSY_HOURS: (
            [site.local_day(counted_at)] if counted_at else [],
            f"/affichage/affluence?hall={slug}",
        ),
        Evidence.APPROVED_REPORT: (
            [site.local_day(from_text(results["approved_at"]))] if results else [],
            f"/rapports/{results['report']}" if results else "",
        ),
        Evidence.ACTION_PLAN: (
            [site.local_day(each.changed_at) for each in actions],
            f"/voix/actions?site={site.slug}&etat=all",
        ),
        Evidence.SURVEY: (
            [each.opens_on for each in asked[:1]],
            f"/voix/enquetes/{asked[0].id}" if asked else "",
        ),
        Evidence.TARGETS: (
            [span.target.decided_on for each in targets for span in filter(None, [each.now])],
            f"/objectifs?hall={slug}",
        ),
        Evidence.PUBLIC_PAGE: ([today] if site.has_public_page else [], f"/infos/{slug}/venir"),
        Evidence.REGISTER: ([each.received_on for each in entries], f"/voix/bilan?hall={slug}"),
        Evidence.HALL_CHECK: (checks[CheckKind.HALL_CHECK], f"/voix/controles?hall={slug}"),
        Evidence.MYSTERY_VISIT: (checks[CheckKind.MYSTERY_VISIT], f"/voix/visites?hall={slug}"),
        Evidence.MINUTES: (
            [each.row.met_on for each in meetings if each.minutes],
            f"/voix/comite?site={site.slug}",
        ),
    }
    newest = {each: (max(found, default=None), path) for each, (found, path) in last.items()}
    return {each: FoundEvidence(on, path) for each, (on, path) in newest.items() if on is not None}


def write_grid_text(database: Database, site: Site, typed: GridTextRequest) -> None:
    """Keeps the text of a line in place of the former one.

    Refusals: those of `checked_text`; too_many_grid_lines.
    """
    now = database.clock.now()
    text, read_on = checked_text(typed, site.local_day(now))
    row = GridTextRow(
        site.slug, text.grid, text.code, text.text, text.source, read_on, now, list(text.evidence)
    )
    with database.store.write() as rows:
        known = {each.code for each in reports.grid_texts_of(rows, site.slug) if each.grid == text.grid}
        if len(known | {text.code}) > MOST_LINES:
            raise Refusal("too_many_grid_lines", most=MOST_LINES)
        reports.keep_grid_text(rows, row)


def withdraw_grid_text(database: Database, site: Site, grid: str, code: str) -> None:
    """Withdraws the text of a line. Refusal: unknown_grid_text, also when it was withdrawn."""
    with database.store.write() as rows:
        if not reports.withdraw_row(rows, site.slug, grid, code, database.clock.now()):
            raise Refusal("unknown_grid_text")


def restore_grid_text(database: Database, site: Site, grid: str, code: str) -> None:
    """Restores a text that was withdrawn. Refusal: unknown_grid_text, also when it stands."""
    with database.store.write() as rows:
        if not reports.restore_row(rows, site.slug, grid, code):
            raise Refusal("unknown_grid_text")


def read_grid_texts(database: Database, site: Site) -> list[GridTextRow]:
    """The texts of a site that stand, in the order of their numbers."""
    with database.read() as rows:
        found = [each for each in reports.grid_texts_of(rows, site.slug) if each.withdrawn_at is None]
    return sorted(found, key=lambda each: line_order(each.code))
