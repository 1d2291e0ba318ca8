"""Count who answered a survey by ticket beside who came, before what tells it is erased."""

import hmac
import time
from collections.abc import Iterator
from datetime import timedelta

from server.domain.quality.leg_records import measure
from server.domain.surveys.results import STEP
from server.domain.surveys.turnout import Arrival, Turnout, turnout_of
from server.store import surveys
from server.store.quality.figures import days_with_legs, legs_of_day
from server.store.surveys import SurveyRow
from server.store.transactions.database import Database
from server.store.visits.visits import ways_of_day
from server.usecases.surveys import read_surveys


def keep_turnouts(database: Database) -> None:
    """Keeps the turnout of each survey that is over and still open: the purge that follows closes it."""
    now = database.clock.now()
    with database.read() as rows:
        opened = surveys.open_surveys(rows)
    for each in opened:
        if each.closes_at is not None and each.closes_at <= now:
            keep_turnout(database, each)


def keep_turnout(database: Database, row: SurveyRow) -> None:
    """Keeps who answered an open survey by ticket, by hall (id); nothing under ten answers."""
    with database.read() as rows:
        used = set(surveys.used_tickets(rows, row.id))
    if len(used) < STEP:
        return
    found: dict[str, Turnout] = {}
    for hall in row.halls:
        arrivals = list(_arrivals(database, row, hall))
        answered = {each.visit for each in arrivals if ticket_digest(row, each.visit) in used}
        found[hall] = turnout_of(arrivals, answered)
    with database.store.write() as rows:
        surveys.keep_turnout(rows, row.id, found)


def ticket_digest(row: SurveyRow, visit: str) -> str:
    """What is kept of a visit whose ticket answered, while the survey has its secret."""
    return hmac.digest((row.secret or "").encode(), visit.encode(), "sha256").hex()


def _arrivals(database: Database, row: SurveyRow, hall: str) -> Iterator[Arrival]:
    """The visits of a hall (id) on the days of a survey; lets other work through between two days."""
    zone = database.configuration(hall).site.zone
    ends_on = read_surveys.last_asked_on(database, row, read_surveys.today_of(database, row)) + timedelta(1)
    with database.read() as rows:
        days = days_with_legs(rows, hall, row.opens_on, ends_on)
    for day in days:
        with database.read() as rows:
            ways, legs = dict(ways_of_day(rows, hall, day)), legs_of_day(rows, hall, day)
        for each in measure(legs):
            if each.opens_visit:
                leg = each.record
                hour = leg.reference_at.astimezone(zone).hour
                yield Arrival(leg.visit, hour, leg.service, ways.get(leg.visit, ""))
        time.sleep(0)
