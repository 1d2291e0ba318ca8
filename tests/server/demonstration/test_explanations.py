"""Why each visitor was called: the stored explanation equals the rule computed again from earlier facts."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.demonstration.create import SLUGS
from server.domain.author import Author
from server.domain.calling.choose_next import choose
from server.domain.calling.waiting_legs import CallContext, CallingCounter, LinkedTurn
from server.domain.facts import FactKind
from server.domain.hall.fold import DutyTerms
from server.domain.instants import from_micros
from server.domain.journal import changes
from server.domain.row_changes import Insert, Recorded
from server.ids import new_id
from server.settings import Settings
from server.store.journal.facts import facts_after
from server.store.transactions.database import Database
from server.store.visits.legs import COLUMNS, as_queued, leg_of_kept
from server.usecases.calling import AtCounter, call_next, profile_of
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits, unlink_visit
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands, database_with_hall


def every_fact(database: Database, slug: str) -> list[Recorded]:
    with database.read() as rows:
        facts = facts_after(rows, database.hall_id(slug), 0, limit=1_000_000)
    return [fact.recorded for fact in facts]


def test_every_call_of_the_past_is_explained_by_the_facts_before_it(past: Settings) -> None:
    database = Database(past.database_address, Clock())
    called = 0
    for slug in SLUGS:
        told = Retelling(database, slug)
        for fact in every_fact(database, slug):
            if fact.kind == FactKind.LEG_CALLED and fact.body["reason"] is None:
                assert told.why(fact) == fact.body["why"], fact.body["number"]
                called += 1
            told.fold(fact)
    database.close()
    assert called > 200


def test_the_calls_of_linked_visits_are_explained_by_the_facts_before_them(sqlite_url: str) -> None:
    """Two counters, two links and who came alone between them; one link is split while it is served."""
    hands = Hands(MORNING)
    database = database_with_hall(sqlite_url, hands, "laon")
    counters, agent = ("laon-g1", "laon-g4"), Author("agent")
    for counter in counters:
        open_counter(database, counter, agent, SessionRequest(services=["laon-accueil"]))
    visits = []
    for _ in range(9):
        hands.now += timedelta(seconds=40)
        visits.append(issue_ticket(database, "laon", agent, TicketRequest("laon-accueil", new_id()))["visit"])
    for one, other in ((0, 3), (0, 5), (1, 6), (1, 8)):
        link_visits(database, Linking(visits[one], agent), LinkedTo(visit=visits[other]))
    current: dict[str, str | None] = dict.fromkeys(counters)
    for turn in range(10):
        hands.now += timedelta(minutes=3)
        counter = counters[turn % 2]
        called = call_next(
            database, counter, agent, AtCounter(current=current[counter], current_end="served")
        )
        current[counter] = None if called is None else called["leg"]
        if turn == 2:
            unlink_visit(database, Linking(visits[5], agent))
    told, keys = Retelling(database, "laon"), []
    for fact in every_fact(database, "laon"):
        if fact.kind == FactKind.LEG_CALLED:
            assert told.why(fact) == fact.body["why"], fact.body["number"]
            keys.append(fact.body["why"]["key"])
        told.fold(fact)
    database.close()
    assert (len(keys), keys.count("why.linked")) == (9, 3)


class Retelling:
    """The rows that the facts before a call leave, and the call they lead to; nothing else is read."""

    def __init__(self, database: Database, slug: str) -> None:
        self.configuration = database.configuration(slug)
        self.legs: dict[str, dict[str, Any]] = {}
        self.sessions: dict[str, dict[str, Any]] = {}
        self.visits: dict[str, dict[str, Any]] = {}
        self.day: Any = None

    def fold(self, fact: Recorded) -> None:
        known = {"leg": self.legs, "counter_session": self.sessions, "visit": self.visits}
        for change in changes(fact):
            rows = known.get(change.table)
            if rows is None:
                continue
            if isinstance(change, Insert):
                if rows is self.legs and change.values["business_day"] != self.day:
                    self.begin_day(change.values["business_day"])
                    rows = self.legs
                rows[change.values["id"]] = dict(change.values)
            else:
                rows[change.id].update(change.values)

    def begin_day(self, day: Any) -> None:
        """Forgets the legs that ended before a business day: no call of the day depends on them."""
        self.day = day
        self.legs = {leg: row for leg, row in self.legs.items() if row["state"] != "ended"}

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
            linked_here=self.linked_here(counter),
            linked_elsewhere=frozenset(
                link
                for row in self.legs.values()
                if row["state"] in ("called", "in_service") and row["counter"] != counter
                if (link := self.link(row)) is not None
            ),
        )
        calls = [
            (row["queue"], from_micros(row["first_called_at"]))
            for row in self.legs.values()
            if row.get("first_called_at") is not None
        ]
        waiting = [
            as_queued(leg_of_kept(dict.fromkeys(COLUMNS) | row), first_calls=calls, link=self.link(row))
            for row in self.legs.values()
            if row["state"] == "waiting"
        ]
        pick = choose(profile_of(configuration, terms), waiting, context)
        return None if pick is None else json.loads(json.dumps(pick.why().as_body()))

    def link(self, leg: dict[str, Any]) -> str | None:
        found: str | None = self.visits[leg["visit"]].get("link")
        return found

    def linked_here(self, counter: str) -> LinkedTurn | None:
        """Of whom this counter called last: whoever is there was called last."""
        called = [
            row for row in self.legs.values() if row.get("counter") == counter and row.get("last_called_at")
        ]
        last = max(called, key=lambda row: row["last_called_at"], default=None)
        link = None if last is None else self.link(last)
        return None if last is None or link is None else LinkedTurn(link, last["number"])
