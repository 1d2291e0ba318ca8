"""Alarms of a hall on both databases: raised, back, cleared, acknowledged, once whoever watches."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.domain.author import Author
from server.domain.hours.calendars import half_days
from server.domain.printing.printers import ASKED_WITHIN
from server.domain.quality.grades import Grades
from server.domain.refusals import Refusal
from server.store.people.accounts import Grant
from server.store.transactions.database import Database
from server.usecases.alarms import watch_alarms as watching
from server.usecases.alarms.read_alarms import acknowledge_alarm
from server.usecases.configuration.publication import publish_hall
from server.usecases.counters.counter_sessions import (
    SessionRequest,
    close_counter,
    open_counter,
    pause_counter,
    resume_counter,
)
from server.usecases.counters.left_counters import give_back_forgotten
from server.usecases.people.accounts import NewAccount, create_account
from server.usecases.tickets.kiosk_agent import AgentReport, hear_from_agent
from server.usecases.visits.gestures import Gesture
from server.usecases.visits.leg_verbs import Destination, finish, start, transfer
from tests.harness.sentences import TRANSLATE
from tests.harness.sql import all_rows, execute, one_row
from tests.server.store.journals import AGENT, COUNTER, HALL, call, issue
from tests.server.usecases.alarms.faulty_hall import KIOSK, SCREEN, FaultyHall, faulty_hall
from tests.server.usecases.quality.figures_history import HALLS


@pytest.fixture
def hall(database_url: str) -> Iterator[FaultyHall]:
    with faulty_hall(database_url) as found:
        yield found


HOOK = "https://example.org/hook"


def test_paper_out_is_raised_and_cleared_and_reaches_recipients_in_the_order_of_the_facts(hall: FaultyHall):
    publish_hall(hall.database, AGENT, (HALLS / "vervins.json").read_bytes())
    mine, _ = hall.tells(HOOK), hall.tells("https://example.org/vervins", site="vervins")
    everywhere = hall.tells("garde@example.org", "email", "*")
    version = version_of(hall)
    hall.look()
    hall.printer = "paper_out"
    assert hall.look() == 1
    assert hall.look() == 0
    assert hall.open() == [("paper_out", KIOSK)]
    [alarm] = hall.read()["alarms"]
    assert alarm["text"] == "Borne de l’entrée\u00a0: plus de papier."
    hall.printer = "ready"
    hall.look()
    hall.look()
    assert hall.open() == []
    assert hall.facts() == ["AlarmRaised", "AlarmCleared"]
    assert version_of(hall) == version
    outbox = hall.outbox()
    assert {each["recipient"] for each in outbox} == {mine, everywhere}
    mine_only = [json.loads(each["body"]) for each in outbox if each["recipient"] == mine]
    assert [each["type"] for each in mine_only] == ["alarm.raised", "alarm.cleared"]
    assert mine_only[0]["data"]["position"] < mine_only[1]["data"]["position"]
    assert {each["data"]["alarm"] for each in mine_only} == {alarm["alarm"]}
    assert mine_only[0]["data"]["text"] == alarm["text"]
    assert mine_only[1]["data"]["text"] == f"Terminé\u00a0: {alarm['text']}"
    assert [each["data"].get("reason") for each in mine_only] == [None, "well"]


def version_of(hall: FaultyHall) -> int:
    return int(one_row(hall.database, "SELECT version FROM hall WHERE id = :hall", hall=hall.id)["version"])


def test_a_printer_that_flickers_is_one_alarm(hall: FaultyHall):
    for _ in range(20):
        hall.printer = "paper_out" if hall.printer == "ready" else "ready"
        hall.look(20)
        hall.look(20)
    assert hall.facts() == ["AlarmRaised", "AlarmCleared", "AlarmReturned"]
    hall.printer = "ready"
    hall.look()
    hall.look(600)
    past = hall.past()
    assert [(each["kind"], each["returns"]) for each in past] == [("paper_out", 1)]


@pytest.mark.both_databases
def test_announced_waits_that_are_off_raise_a_quiet_alarm(hall: FaultyHall):
    hall.tells(HOOK)
    hall.waits = Grades(told=299, inside=150)
    hall.look()
    assert hall.open() == []
    hall.waits = Grades(told=300, inside=212)
    hall.look()
    assert hall.open() == [("estimates_off", HALL)]
    [alarm] = hall.read()["alarms"]
    assert "70\u00a0% des 300 dernières attentes annoncées" in alarm["text"]
    hall.waits = Grades(told=300, inside=218)
    assert hall.look() == hall.look() == 0
    hall.waits = Grades(told=300, inside=240)
    hall.look()
    hall.look()
    assert hall.open() == []
    chosen = hall.tells("https://example.org/waits", choice=AlarmChoice(frozenset({AlarmKind.ESTIMATES_OFF})))
    hall.waits = Grades(told=300, inside=266)
    hall.look()
    assert hall.facts() == ["AlarmRaised", "AlarmCleared", "AlarmReturned"]
    [sent] = hall.outbox()
    assert sent["recipient"] == chosen, "who receives every alarm does not hear of a quiet one"
    assert "89\u00a0% des 300" in json.loads(sent["body"])["data"]["text"]


@pytest.mark.both_databases
def test_several_workers_raise_an_alarm_once(hall: FaultyHall, monkeypatch: pytest.MonkeyPatch):
    hall.tells(HOOK)
    hall.look()
    hall.printer = "paper_out"
    hall.hands.now += timedelta(seconds=5)
    hall.note_printer()
    decided, both = watching._decision, threading.Barrier(3)
    has_waited = threading.local()

    def together(*values: Any) -> Any:
        found = decided(*values)
        if not getattr(has_waited, "once", False):
            has_waited.once = True
            both.wait(10)
        return found

    monkeypatch.setattr(watching, "_decision", together)
    databases = [Database(hall.database.url, hall.hands.clock()) for _ in range(3)]
    found: list[int] = []

    def look(database: Database) -> None:
        devices = watching.KnownSightings({})
        found.append(watching.watch_alarms(database, database.hall_id(HALL), devices, TRANSLATE))

    workers = [threading.Thread(target=look, args=(each,)) for each in databases]
    for each in workers:
        each.start()
    for each in workers:
        each.join(30)
    for database in databases:
        database.close()
    assert sorted(found) == [0, 0, 1]
    assert hall.facts() == ["AlarmRaised"]
    assert len(hall.outbox()) == 1


def test_a_kiosk_and_a_screen_are_missed_while_the_hall_is_open(hall: FaultyHall):
    for kind, device in (("kiosk", KIOSK), ("screen", SCREEN)):
        hall.pair(kind, device)
    for _ in range(3):
        hall.look(100)
    assert hall.open() == []  # they never came
    for device in (KIOSK, SCREEN):
        hall.sees(device)
    hall.look(0)
    hall.look(61)
    hall.are_known = False
    assert hall.look(200) == 0  # nobody can tell
    hall.are_known = True
    assert hall.look(1) == 2
    assert hall.open() == [("kiosk_silent", KIOSK), ("screen_silent", SCREEN)]
    hall.sees(SCREEN)
    hall.look(0)
    hall.look(30)
    assert hall.open() == [("kiosk_silent", KIOSK)]


def test_a_silent_agent_is_missed_while_the_page_of_its_kiosk_is_there(hall: FaultyHall):
    def heard(*, leaves: bool = False) -> None:
        hear_from_agent(hall.database, hall.id, AgentReport(KIOSK, "one", "0.1.0", leaves))

    def look(after_s: float, *, hears: bool = False) -> list[tuple[str, str]]:
        hall.hands.now += timedelta(seconds=after_s)
        hall.sees(KIOSK)
        if hears:
            heard()
        hall.look(0)
        return hall.open()

    missed = [("agent_silent", KIOSK)]
    heard()
    for _ in range(2):
        hall.look(130)
    assert hall.open() == []  # nobody is at this kiosk: it may be off
    assert look(13) == []
    assert look(119) == []
    assert look(1) == missed
    assert hall.read()["alarms"][0]["text"].startswith(
        "Borne de l’entrée\u00a0: son programme ne répond plus"
    )
    assert look(5, hears=True) == missed
    assert look(30, hears=True) == []
    heard(leaves=True)
    for _ in range(2):
        assert look(130) == []


def test_a_device_switched_off_after_closing_is_missed_at_the_next_opening_only(hall: FaultyHall):
    hall.pair("screen", SCREEN)
    hall.sees(SCREEN)
    hall.look(0)
    calendar = hall.database.configuration(HALL).calendar
    today = half_days(calendar, hall.hands.now.date())[-1].closes_at
    hall.hands.now = today + timedelta(minutes=1)
    hall.look(3600)
    assert ("screen_silent", SCREEN) not in hall.open()
    opens = half_days(calendar, hall.hands.now.date() + timedelta(days=3))[0].opens_at
    hall.hands.now = opens
    hall.look(1)
    hall.look(121)
    assert ("screen_silent", SCREEN) in hall.open()


def test_a_queue_over_its_threshold_raises_an_alarm_after_a_while_with_the_number_of_people(hall: FaultyHall):
    configuration = hall.database.configuration(HALL)
    queue = configuration.services["laon-accueil"].queue
    for _ in range(30):
        issue(hall.database)
    hall.look()
    assert hall.open() == []
    hall.look(120)
    assert hall.open() == [("queue_long", queue)]
    assert "30 personnes attendent" in hall.read()["alarms"][0]["text"]
    for _ in range(5):
        call_and_end(hall.database)
    hall.look(200)
    assert hall.open() == [("queue_long", queue)]  # 25 is neither long nor calm


def call_and_end(database: Database) -> None:
    leg = call(database)["leg"]
    start(database, Gesture(leg, AGENT))
    finish(database, Gesture(leg, AGENT))


def test_a_forgotten_counter_raises_an_alarm_and_a_pausing_one_does_not(hall: FaultyHall):
    pause_counter(hall.database, COUNTER, AGENT, reason="break")
    hall.look(400)
    assert hall.open() == []
    resume_counter(hall.database, COUNTER, AGENT)
    issue(hall.database)
    call(hall.database)
    hall.hands.now += timedelta(minutes=7)
    give_back_forgotten(hall.database, hall.id)
    hall.look()
    assert hall.open() == [("counter_forgotten", COUNTER)]


def test_a_visitor_sent_to_a_closed_counter_raises_an_alarm_after_five_minutes(hall: FaultyHall):
    issue(hall.database)
    leg = call(hall.database)["leg"]
    transfer(hall.database, Gesture(leg, AGENT), to=Destination(counter="laon-g4"))
    hall.look()
    hall.look(299)
    assert hall.open() == []
    hall.look(1)
    assert hall.open() == [("counter_awaited", "laon-g4")]
    assert "1 personne attend ce guichet fermé" in hall.read()["alarms"][0]["text"]
    open_counter(hall.database, "laon-g4", AGENT, SessionRequest())
    hall.look()
    hall.look(5)
    assert hall.open() == []


def test_a_counter_open_long_after_closing_raises_an_alarm_but_not_at_a_break(hall: FaultyHall):
    today = half_days(hall.database.configuration(HALL).calendar, hall.hands.now.date())
    hall.hands.now = today[0].closes_at + timedelta(minutes=20)
    hall.look()
    assert len(today) == 2
    assert hall.open() == []
    hall.hands.now = today[-1].closes_at + timedelta(minutes=14)
    hall.look()
    assert hall.open() == []
    hall.look(60)
    assert hall.open() == [("counter_forgotten", COUNTER)]
    pause_counter(hall.database, COUNTER, AGENT, reason="break")
    for _ in range(2):
        hall.look()
    assert hall.open() == [("counter_forgotten", COUNTER)]
    close_counter(hall.database, COUNTER, AGENT)
    for _ in range(2):
        hall.look()
    assert hall.open() == []


def test_a_clock_set_back_raises_an_alarm_at_once_and_its_letter_leaves_by_the_wall_clock(hall: FaultyHall):
    hall.tells(HOOK)
    hall.look()
    hall.hands.now -= timedelta(hours=1)
    assert hall.look() == 1
    assert hall.open() == [("clock_suspect", "server")]
    [sent] = hall.outbox()
    assert sent["next_at"] == sent["created_at"] == hall.hands.now.timestamp() * 1_000_000
    hall.hands.now += timedelta(hours=1, seconds=10)
    hall.look()
    hall.look(60)
    assert hall.open() == []


def test_three_unprinted_jobs_raise_an_alarm_until_one_is_printed(hall: FaultyHall):
    hall.look()
    execute(hall.database, "UPDATE printer_lease SET unprinted = 3 WHERE printer = :printer", printer=KIOSK)
    hall.look()
    assert hall.open() == [("unprinted", KIOSK)]


def test_a_printer_without_a_driver_is_neither_faulty_nor_well(hall: FaultyHall):
    hall.look()
    hall.printer = "paper_out"
    hall.look()
    hall.printer = "ready"
    hall.note_printer()
    assert look_undriven(hall) == 0
    assert look_undriven(hall) == 0
    assert hall.open() == [("paper_out", KIOSK)]
    for _ in range(2):
        hall.look()
    hall.printer = "cover_open"
    hall.note_printer()
    assert look_undriven(hall) == 0
    assert hall.open() == []


def look_undriven(hall: FaultyHall) -> int:
    """A look after the last answer of the printer has lost its worth."""
    hall.hands.now += ASKED_WITHIN + timedelta(seconds=1)
    return watching.watch_alarms(hall.database, hall.id, watching.KnownSightings({}), TRANSLATE)


def test_the_first_person_to_acknowledge_an_alarm_is_named_to_people_and_in_no_fact(hall: FaultyHall):
    claire = account(hall.database, "claire", "Claire Martin")
    other = account(hall.database, "paul", "Paul Petit")
    hook, letter = hall.tells(HOOK), hall.tells("garde@example.org", "email")
    hall.printer = "cover_open"
    hall.look()
    [alarm] = hall.read()["alarms"]
    for author in (claire, claire, other):
        acknowledge_alarm(hall.database, alarm["alarm"], author, TRANSLATE)
    [alarm] = hall.read()["alarms"]
    assert alarm["acknowledged_by"] == "Claire Martin"
    assert hall.facts() == ["AlarmRaised", "AlarmAcknowledged"]
    bodies = [
        row["body"] for row in all_rows(hall.database, "SELECT body FROM hall_fact WHERE kind LIKE 'Alarm%'")
    ]
    assert not [body for body in bodies if "Claire" in body or claire.id in body]
    turns = [(each["recipient"], each["turn"]) for each in hall.outbox()]
    assert sorted(turns) == sorted([(hook, "raised"), (letter, "raised"), (hook, "acknowledged")])
    assert not [each for each in hall.outbox() if "Claire" in each["body"] or claire.id in each["body"]]
    hall.printer = "ready"
    hall.look()
    hall.look()
    with pytest.raises(Refusal, match="alarm_over"):
        acknowledge_alarm(hall.database, alarm["alarm"], other, TRANSLATE)
    with pytest.raises(Refusal, match="unknown_alarm"):
        acknowledge_alarm(hall.database, "nothing", other, TRANSLATE)


def account(database: Database, login: str, name: str) -> Author:
    new_account = NewAccount(login, "un mot de passe long", name, [Grant("agent", "laon")])
    return Author(create_account(database, AGENT, new_account))


def test_a_ticket_left_in_the_outlet_is_an_alarm_after_two_minutes(hall: FaultyHall):
    hall.printer = "not_taken"
    for _ in range(3):
        hall.look(40)
    assert hall.open() == []
    hall.look(40)
    assert hall.open() == [("not_taken", KIOSK)]
    hall.printer = "ready"
    for _ in range(2):
        hall.look()
    assert hall.open() == []
