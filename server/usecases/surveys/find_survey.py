"""Find a survey that a person may read or write, and the halls of it that are theirs."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import Audience, SurveyState
from server.store.engine.rows import Rows
from server.store.surveys import SurveyRow, survey_row
from server.store.transactions.database import Database
from server.usecases.reports.reports import Sites, are_within, configured_halls, sites_of


def find_survey(database: Database, rows: Rows, survey: str, sites: Sites) -> SurveyRow:
    """A survey that is asked at one of the sites at least; one of agents at all sites.

    Refusal: unknown_survey.
    """
    found = survey_row(rows, survey)
    if found is None or not may_read(database, found, sites):
        raise Refusal("unknown_survey")
    return found


def find_own_survey(database: Database, rows: Rows, survey: str, sites: Sites) -> SurveyRow:
    """A survey of which every hall is at the sites. Refusals: unknown_survey, forbidden."""
    found = find_survey(database, rows, survey, sites)
    if not may_write(database, found, sites):
        raise Refusal("forbidden")
    return found


def find_draft(database: Database, rows: Rows, survey: str, sites: Sites) -> SurveyRow:
    """An own survey that is still a draft. Refusals: unknown_survey, forbidden, survey_not_draft."""
    found = find_own_survey(database, rows, survey, sites)
    if found.state != SurveyState.DRAFT:
        raise Refusal("survey_not_draft")
    return found


def may_read(database: Database, row: SurveyRow, sites: Sites) -> bool:
    """Whether one of the survey's halls is at the sites; for agents, whether all sites are."""
    if row.audience == Audience.AGENTS:
        return sites is None
    return bool(own_halls(database, row, sites))


def may_write(database: Database, row: SurveyRow, sites: Sites) -> bool:
    """Whether every hall of the survey is at the sites."""
    if row.audience == Audience.AGENTS:
        return sites is None
    return are_within(sites_of(database, row.halls), sites)


def own_halls(database: Database, row: SurveyRow, sites: Sites) -> list[str]:
    """The halls (ids) of the survey that are at the sites."""
    return [hall for hall in row.halls if are_within(sites_of(database, [hall]), sites)]


def check_halls(database: Database, halls: Sequence[str], sites: Sites, *, audience: str) -> list[str]:
    """The ids of halls (ids or slugs) in the order of their slugs; none for agents.

    Refusals: unknown_hall, forbidden for a hall of another site, and for agents without all sites.
    """
    if audience == Audience.AGENTS:
        if sites is not None:
            raise Refusal("forbidden", field="audience")
        return []
    ids = {database.hall_id(hall) for hall in halls}
    if not are_within(sites_of(database, ids), sites):
        raise Refusal("forbidden", field="halls")
    return sorted(ids, key=lambda hall: database.configuration(hall).hall)


def time_zone_of(database: Database, row: SurveyRow, hall: str | None = None) -> ZoneInfo:
    """The time zone of a hall of the survey, else of its first hall, else of the first hall there is."""
    if hall is None:
        with database.read() as rows:
            halls = row.halls or configured_halls(rows)
        hall = halls[0]
    return ZoneInfo(database.configuration(hall).site.time_zone)


def last_asked_on(database: Database, row: SurveyRow, today: date) -> date:
    """The last local day on which it was asked: `today` while it runs, else the day on which it ended."""
    days = [today, row.closes_on]
    if row.closes_at is not None:
        days.append(row.closes_at.astimezone(time_zone_of(database, row)).date())
    return min(days)


def today_of(database: Database, row: SurveyRow) -> date:
    """The local date where the survey is asked."""
    return database.clock.now().astimezone(time_zone_of(database, row)).date()


def are_results_read(row: SurveyRow, today: date) -> bool:
    """Whether people may read results and texts on a day: of agents only once the survey is over."""
    return row.audience != Audience.AGENTS or state_on(row, today) == SurveyState.CLOSED


def state_on(row: SurveyRow, today: date) -> str:
    """The state of a survey on a day: an open one whose days are to come is `planned`, or over `closed`."""
    if row.state != SurveyState.OPEN or row.opens_on <= today <= row.closes_on:
        return row.state
    return "planned" if today < row.opens_on else SurveyState.CLOSED
