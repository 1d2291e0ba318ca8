"""The demonstration’s past: plausible, whole, the same for the same seed; each call is explained."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.clock import Clock
from server.demonstration.create import SLUGS
from server.demonstration.history import Past, create_with_past, days_of
from server.demonstration.visitors import habits
from server.domain.author import SYSTEM, Author
from server.domain.calling.choose_next import choose
from server.domain.calling.waiting_legs import CallContext, CallingCounter, LinkedTurn
from server.domain.facts import FactKind
from server.domain.hall.fold import DutyTerms
from server.domain.instants import from_micros
from server.domain.journal import changes
from server.domain.refusals import Refusal
from server.domain.row_changes import Insert, Recorded
from server.domain.surveys.campaigns import quota_of_answers
from server.ids import new_id
from server.settings import Settings
from server.store.journal.chain import Anchors
from server.store.journal.facts import facts_after
from server.store.journal.verify import verify_journal
from server.store.transactions.database import Database
from server.store.visits.legs import COLUMNS, as_queued, leg_of_kept
from server.usecases.appointments.arrivals import read_appointments
from server.usecases.calling import AtCounter, call_next, profile_of
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.quality.indicators import read_days, read_indicators
from server.usecases.surveys.open_survey import monthly_visits
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.find_visits import LinkedTo, Linking, link_visits, unlink_visit
from tests.harness.counts import count
from tests.harness.independent_figures import check_figures
from tests.harness.sql import all_rows
from tests.server.demonstration.conftest import LONG, UNTIL
from tests.server.usecases.days.watched_hall import MORNING
from tests.server.usecases.quality.figures_history import Hands, database_with_hall

SHORT = Past(count(small=2, large=4), UNTIL)
LEGS = (
    "SELECT business_day, number, position, service, class, state, end_reason, counter, issued_at,"
    " first_called_at, started_at, ended_at, rank, quoted_low_s, quoted_high_s FROM leg"
    " ORDER BY hall, business_day, issued_at, number, position"
)
WHY = "SELECT why FROM leg WHERE why IS NOT NULL"
OUTCOMES = "SELECT outcome, count(*) FROM leg WHERE end_reason = 'served' GROUP BY outcome"


@contextmanager
def opened(chosen: Settings, now: datetime | None = None) -> Iterator[Database]:
    database = Database(chosen.database_address, Clock() if now is None else Clock(now=lambda: now))
    try:
        yield database
    finally:
        database.close()


@pytest.fixture
def database(past: Settings) -> Iterator[Database]:
    """That of the past, not to be changed."""
    with opened(past) as found:
        yield found


def rows_of(database: Database, sql: str) -> list[Any]:
    return [tuple(row.values()) for row in all_rows(database, sql)]


def figures(database: Database, hall: str) -> dict[str, float | None]:
    answer = read_indicators(database, hall, days=(LONG.dates[0], UNTIL), sentence=str)
    return {figure["indicator"]: figure["value"] for figure in answer["rows"][0]["figures"]}


def every_fact(database: Database, slug: str) -> list[Recorded]:
    with database.read() as rows:
        facts = facts_after(rows, database.hall_id(slug), 0, limit=1_000_000)
    return [fact.recorded for fact in facts]


def test_each_site_receives_its_monthly_volume(database: Database) -> None:
    received, expected = 0.0, 0.0
    for slug in SLUGS:
        found = figures(database, slug)
        wanted = habits().halls[slug].visitors_a_month * LONG.days / 30.44
        assert found["received"] == pytest.approx(wanted, rel=0.15), slug
        received, expected = received + (found["received"] or 0), expected + wanted
    assert received == pytest.approx(expected, rel=0.1)


def test_no_visitor_is_left_waiting_and_no_counter_open(database: Database) -> None:
    assert rows_of(database, "SELECT count(*) FROM leg WHERE state <> 'ended'") == [(0,)]
    assert rows_of(database, "SELECT count(*) FROM counter_session WHERE closed_at IS NULL") == [(0,)]
    assert rows_of(database, "SELECT count(*) FROM hall_fact WHERE is_clock_suspect") == [(0,)]
    assert rows_of(database, "SELECT count(*) FROM print_job") == [(0,)]


def test_journals_verify_with_the_rows_they_fold_to(past: Settings, tmp_path: Path) -> None:
    with opened(past) as database:
        assert verify_journal(database, Anchors(tmp_path), full=True).faults == []


def test_numbers_start_again_every_day(database: Database) -> None:
    first = rows_of(
        database,
        "SELECT min(rank), max(rank), count(*) FROM visit GROUP BY hall, business_day, series, incarnation",
    )
    assert len(first) > LONG.days
    assert all(lowest == 1 and highest == held for lowest, highest, held in first)


def test_waits_are_those_of_a_prefecture(database: Database) -> None:
    laon = figures(database, "laon")
    assert 60 <= (laon["wait_median"] or 0) <= 15 * 60
    assert 10 * 60 <= (laon["wait_p90"] or 0) <= 60 * 60
    assert 55 <= (laon["within_target"] or 0) <= 95
    assert 5 * 60 <= (laon["service_median"] or 0) <= 12 * 60
    assert 5 <= (laon["started_without_press"] or 0) <= 25
    received = laon["visits"] or 0
    assert 0.02 * received <= (laon["no_shows"] or 0) <= 0.12 * received
    assert 0.005 * received <= (laon["left_before_call"] or 0) <= 0.1 * received


def test_the_past_holds_every_kind_of_end_and_refusal(database: Database) -> None:
    ends = {row[0] for row in rows_of(database, "SELECT DISTINCT end_reason FROM leg")}
    assert ends >= {"served", "transferred", "no_show", "abandoned", "left_after_call"}
    kinds = {row[0] for row in rows_of(database, "SELECT DISTINCT kind FROM hall_fact")}
    assert kinds >= {"LegRecalled", "VisitReinstated", "CounterPaused", "GreetingCounted", "DayClosed"}
    reasons = {row[0] for row in rows_of(database, "SELECT DISTINCT reason FROM not_issued")}
    assert reasons == {"closed", "too_late", "appointment_only"}
    received = rows_of(
        database,
        "SELECT DISTINCT v.wanted_service, l.service FROM visit v JOIN leg l ON l.visit = v.id"
        " WHERE v.exceptional_reason IS NOT NULL AND l.position = 1",
    )
    assert [tuple(row) for row in received] == [("laon-titres-depot", "laon-accueil")]
    priorities = Counter(row[0] for row in rows_of(database, "SELECT class FROM leg"))
    assert 0.03 <= priorities["priority"] / priorities.total() <= 0.1
    channels = {row[0] for row in rows_of(database, "SELECT DISTINCT channel FROM visit")}
    assert channels == {"kiosk", "reception"}


TOGETHER = (
    "SELECT count(*) FROM leg one JOIN leg other ON one.counter = '{}' AND other.counter = '{}'"
    " AND one.first_called_at < other.ended_at AND other.first_called_at < one.ended_at"
)


def test_one_agent_holds_several_counters_and_receives_at_one_but_for_computers(database: Database) -> None:
    joined = rows_of(database, "SELECT DISTINCT counter FROM counter_session WHERE joined_to IS NOT NULL")
    computers = [(f"laon-poste-{number}",) for number in (2, 3, 4)]
    assert sorted(joined) == [*computers, ("vervins-b1",)]
    received = dict(rows_of(database, "SELECT counter, count(*) FROM leg GROUP BY counter"))
    assert min(received[counter] for counter in ("vervins-g1", "vervins-b1", "laon-poste-2")) > 10
    assert rows_of(database, TOGETHER.format("vervins-g1", "vervins-b1")) == [(0,)]
    [(at_once,)] = rows_of(database, TOGETHER.format("laon-poste-1", "laon-poste-2"))
    assert at_once > 5


def test_visitors_come_linked_or_with_a_need_and_services_lead_to_something(database: Database) -> None:
    kinds = dict(rows_of(database, "SELECT kind, count(*) FROM hall_fact GROUP BY kind"))
    assert 0.01 <= kinds["VisitsLinked"] / kinds["TicketIssued"] <= 0.05
    assert 0.015 <= kinds["NeedsNoted"] / kinds["TicketIssued"] <= 0.08
    reasons = Counter(json.loads(row[0])["values"].get("step") for row in rows_of(database, WHY))
    assert reasons["linked"] > 5
    outcomes = dict(rows_of(database, OUTCOMES))
    assert set(outcomes) == {None, "informed", "file_received", "paper_missing", "redirected"}
    assert 0.2 <= outcomes[None] / sum(outcomes.values()) <= 0.4


def test_halls_receive_in_their_real_hours_only_and_mornings_are_busiest(database: Database) -> None:
    days = read_days(database, "laon", LONG.dates[0], UNTIL).days
    assert all(day.weekday() < 5 for day in days)
    hours: Counter[int] = Counter()
    for rollup in days.values():
        for key, tally in rollup.cells.items():
            hours[key.half_hour // 2] += tally.legs
    assert min(hours) >= 8
    assert max(hours) <= 16
    assert max(hours, key=hours.__getitem__) in (9, 10)


def test_targets_are_decided_for_every_service(database: Database) -> None:
    for slug in SLUGS:
        targets = read_days(database, slug, LONG.dates[0], UNTIL).targets
        assert set(targets) == set(database.configuration(slug).services)


def test_the_survey_is_open_today_with_a_quota_of_a_tenth_of_a_mean_month(database: Database) -> None:
    [survey] = all_rows(database, "SELECT state, closes_on, quotas FROM survey")
    halls = [database.hall_id(hall) for hall in SLUGS]
    tenths = {hall: quota_of_answers(monthly_visits(database, hall, UNTIL)) for hall in halls}
    assert survey["state"] == "open"
    assert json.loads(survey["quotas"]) == tenths
    assert str(survey["closes_on"]) > UNTIL.isoformat()


def test_today_begins_with_the_first_number(past: Settings, tmp_path: Path) -> None:
    copy_of(past, tmp_path)
    copied = Settings(var=tmp_path, database_url="")
    with opened(copied, now=datetime(2026, 11, 24, 7, tzinfo=UTC)) as database:
        wanted = TicketRequest("laon-accueil", "first-press-of-today")
        assert issue_ticket(database, "laon", SYSTEM, wanted)["number"] == "A001"


def test_the_same_seed_gives_the_same_past_on_both_databases_and_another_seed_another(
    tmp_path: Path, empty_postgresql_url: str
) -> None:
    pasts = []
    for name, url, seed in (
        ("sqlite", "", SHORT.seed),
        ("postgresql", empty_postgresql_url, SHORT.seed),
        ("other", "", "oise"),
    ):
        chosen = Settings(var=tmp_path / name, database_url=url)
        create_with_past(chosen, Past(SHORT.days, UNTIL, seed))
        with opened(chosen) as database:
            facts = rows_of(database, "SELECT kind, count(*) FROM hall_fact GROUP BY kind ORDER BY kind")
            assert verify_journal(database, Anchors(chosen.var / "anchors"), full=True).faults == []
            pasts.append((facts, rows_of(database, LEGS)))
    assert pasts[0] == pasts[1]
    assert pasts[0] != pasts[2]


def test_a_past_is_never_given_twice(past: Settings) -> None:
    with pytest.raises(Refusal, match="not_empty"):
        create_with_past(past, SHORT)


@pytest.mark.parametrize(("span", "days"), [("10d", 10), ("3w", 21), ("90d", 90), (" 1d ", 1)])
def test_spans_are_days_or_weeks(span: str, days: int) -> None:
    assert days_of(span) == days


@pytest.mark.parametrize("span", ["", "d", "0d", "90", "10y", "-3d", "401d", "9999999d"])
def test_other_spans_are_refused(span: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 the message is the span itself
        days_of(span)


def test_the_past_ends_before_today() -> None:
    assert Past(4, UNTIL).dates == [UNTIL - timedelta(days=ago) for ago in (4, 3, 2, 1)]


def test_appointments_are_kept_early_late_or_missed_and_today_has_its_own(database: Database) -> None:
    states = dict(rows_of(database, "SELECT state, count(*) FROM appointment GROUP BY state"))
    arrivals = {row[0] for row in rows_of(database, "SELECT DISTINCT arrival FROM appointment")}
    assert states["checked_in"] > 5 * (states["booked"] - 17)
    assert arrivals >= {"early", "late", "walk_in"}
    laon = figures(database, "laon")
    assert 60 <= (laon["visitors_on_time"] or 0) <= 97
    assert 40 <= (laon["office_on_time"] or 0) <= 99
    expected = read_appointments(database, "laon", UNTIL)["counts"]
    assert (expected["booked"], expected["checked_in"]) == (14, 0)


def test_the_demonstration_has_the_figures_of_another_computation(past: Settings, tmp_path: Path):
    database = Database(f"sqlite:///{copy_of(past, tmp_path)}", Clock(now=lambda: NOW))
    for hall in SLUGS:
        check_figures(database, hall, (LONG.dates[0], UNTIL), tmp_path / hall)
    database.close()


NOW = datetime.combine(UNTIL, datetime.min.time(), UTC) + timedelta(hours=3)


def copy_of(past: Settings, folder: Path) -> Path:
    """A copy of the shared demonstration, in which days may be stored."""
    copy = folder / "parvis.db"
    copy.write_bytes(Path(past.database_address.removeprefix("sqlite:///")).read_bytes())
    return copy


def test_every_call_of_the_past_is_explained_by_the_facts_before_it(database: Database) -> None:
    called = 0
    for slug in SLUGS:
        told = Retelling(database, slug)
        for fact in every_fact(database, slug):
            if fact.kind == FactKind.LEG_CALLED and fact.body["reason"] is None:
                assert told.why(fact) == fact.body["why"], fact.body["number"]
                called += 1
            told.fold(fact)
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
        after = AtCounter(current=current[counter], current_end="served")
        called = call_next(database, counter, agent, after)
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
