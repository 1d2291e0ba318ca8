"""Why each person was called: what was told is the rule, computed again from the facts before the call."""

import json
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.clock import Clock
from server.demonstration.create import SLUGS
from server.demonstration.history import Past, create_with_past
from server.domain.facts import DutyTerms, FactKind
from server.domain.instants import from_micros
from server.domain.projection import Insert, Recorded, changes
from server.domain.rules_choosing import choose
from server.domain.rules_waiting import CallContext, CallingCounter
from server.settings import Settings
from server.store.database import Database
from server.store.facts import as_recorded
from server.store.waiting import as_queued
from server.usecases.pick_next import profile_of

_FACTS = (
    "SELECT id, kind, body, visit, counter, hall, happened_at, author, is_clock_suspect, position"
    " FROM hall_fact WHERE hall = :hall ORDER BY position"
)


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(var=tmp_path_factory.mktemp("week"))
    create_with_past(settings, Past(7, date(2026, 11, 24)))
    return settings


def test_every_call_of_a_week_is_explained_by_the_facts_before_it(week: Settings) -> None:
    database = Database(week.database_address, Clock())
    called = 0
    for slug in SLUGS:
        told = Retelling(database, slug)
        with database.read() as rows:
            facts = [as_recorded(row) for row in rows.all(_FACTS, hall=database.hall_id(slug))]
        for fact in facts:
            if fact.kind == FactKind.LEG_CALLED and fact.body["reason"] is None:
                assert told.why(fact) == fact.body["why"], fact.body["number"]
                called += 1
            told.fold(fact)
    database.close()
    assert called > 200


class Retelling:
    """The rows that the facts before a call leave, and the call they lead to; nothing else is read."""

    def __init__(self, database: Database, slug: str) -> None:
        self.configuration = database.configuration(slug)
        self.legs: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}

    def fold(self, fact: Recorded) -> None:
        known = {"leg": self.legs, "counter_session": self.sessions}
        for change in changes(fact):
            rows = known.get(change.table)
            if rows is None:
                continue
            if isinstance(change, Insert):
                rows[change.values["id"]] = dict(change.values)
            else:
                rows[change.id].update(change.values)

    def why(self, fact: Recorded) -> Any:
        session = self.sessions[fact.body["session"]]
        terms = DutyTerms(tuple(json.loads(session["services"])), session["rule"], session["profile"])
        configuration, counter = self.configuration, fact.body["counter"]
        context = CallContext(
            now=from_micros(fact.happened_at),
            counter=CallingCounter(
                counter, frozenset(terms.services), is_step_free=configuration.counters[counter].is_step_free
            ),
            time_zone=ZoneInfo(configuration.site.time_zone),
            mean_s={service.id: float(service.typed_mean_s) for service in configuration.services.values()},
        )
        calls = [
            (row["queue"], row["first_called_at"])
            for row in self.legs.values()
            if row.get("first_called_at") is not None
        ]
        waiting = [
            as_queued(row, first_calls=calls) for row in self.legs.values() if row["state"] == "waiting"
        ]
        pick = choose(profile_of(configuration, terms), waiting, context)
        return None if pick is None else json.loads(json.dumps(pick.why().as_body()))
