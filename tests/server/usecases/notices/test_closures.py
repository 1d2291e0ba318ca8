"""A closure and the calendars of its halls: entered once, refused beside its field, not taken back."""

from datetime import date
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.hours.calendars import spans_on
from server.store.transactions.database import Database
from server.usecases.configuration.closures import enter_closure
from server.usecases.notices.gestures import withdraw_notice
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import publish_new
from server.usecases.notices.read_programme import read_programme
from tests.server.usecases.notices.conftest import DECIDES, OFFICER, TEXT, officer, published

CONFIGURES = Reach(drafts=None, publishes=None, configures=None)
CLOSED: dict[str, Any] = {
    "kind": "closure",
    "titles": {"fr": "Le hall est fermé"},
    "reasons": {"fr": "Travaux d’électricité"},
    "happens": {"starts": "2026-12-03", "ends": "2026-12-04"},
    "targets": {"halls": ["laon"]},
    "in_calendar": True,
}
THURSDAY, FRIDAY = date(2026, 12, 3), date(2026, 12, 4)


def put(database: Database, content: dict[str, Any], reach: Reach = CONFIGURES):
    """As the press « Publier » does."""
    enter_closure(database, OFFICER, reach, content)
    return publish_new(database, OFFICER, content, reach=reach)


def calendar(database: Database):
    return database.configuration(database.hall_id("laon")).calendar


def refusals(database: Database, content: dict[str, Any], reach: Reach = CONFIGURES) -> list[tuple[str, str]]:
    revision = database.configuration(database.hall_id("laon")).revision
    with pytest.raises(DocumentRefused) as refused:
        put(database, content, reach)
    assert database.configuration(database.hall_id("laon")).revision == revision
    assert not [item for item in items(database) if item["kind"] == "closure"]
    return [(each.path, each.code) for each in refused.value.problems]


def items(database: Database):
    return read_programme(database, "laon", "", lambda key, *_, **__: key)["items"]


def test_a_closure_is_in_the_calendar_with_its_reason_and_pressed_again_nothing_is_written_twice(
    database: Database,
):
    usual = spans_on(calendar(database), date(2026, 12, 10))
    notice = put(database, CLOSED)
    assert [spans_on(calendar(database), on) for on in (THURSDAY, FRIDAY)] == [(), ()]
    assert spans_on(calendar(database), date(2026, 12, 10)) == usual
    assert THURSDAY not in calendar(database).why, "French alone is no reason in a hall of nine languages"
    revision = database.configuration(database.hall_id("laon")).revision
    put(database, CLOSED)
    withdraw_notice(database, officer(notice))
    assert database.configuration(database.hall_id("laon")).revision == revision
    assert spans_on(calendar(database), THURSDAY) == (), "withdrawn, the calendar stays"


def test_other_hours_of_a_day_are_entered_and_the_closure_comes_first(database: Database):
    published(database, TEXT | {"targets": {"halls": ["laon"]}})
    put(database, CLOSED | {"happens": {"starts": "2026-12-03"}, "opens": ["09:00-11:00"]})
    [span] = spans_on(calendar(database), THURSDAY)
    assert (span.opens.hour, span.closes.hour) == (9, 11)
    assert spans_on(calendar(database), FRIDAY) != ()
    shown = [item for item in items(database) if item["kind"] not in ("waits", "priority_card")]
    assert shown[0]["kind"] == "closure"
    tongues = database.configuration(database.hall_id("laon")).languages
    whole = {"titles": dict.fromkeys(tongues, "Fermé"), "reasons": dict.fromkeys(tongues, "Travaux")}
    enter_closure(database, OFFICER, CONFIGURES, CLOSED | whole | {"happens": {"starts": "2026-12-09"}})
    assert calendar(database).why[date(2026, 12, 9)]["ar"] == "Travaux"
    put(database, CLOSED | {"happens": {"starts": "2026-12-08"}, "in_calendar": False}, DECIDES)
    assert spans_on(calendar(database), date(2026, 12, 8)) != ()


def test_another_exception_yesterday_and_a_foreign_calendar_are_refused_beside_their_field(
    database: Database,
):
    assert refusals(database, CLOSED | {"happens": {"starts": "2026-11-23"}}) == [("happens", "day_over")]
    assert refusals(database, CLOSED, DECIDES) == [("in_calendar", "calendar_not_yours")]
    long = {"happens": {"starts": "2027-06-01", "ends": "2027-08-01"}}
    assert refusals(database, CLOSED | long) == [("happens.ends", "closure_too_long")]
    enter_closure(database, OFFICER, CONFIGURES, CLOSED | {"opens": ["09:00-11:00"]})
    assert refusals(database, CLOSED) == [("happens.starts", "exception_there")] * 2
