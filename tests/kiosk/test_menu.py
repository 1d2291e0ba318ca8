"""The menu of a kiosk: the services offered, the announced wait, and the next opening."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.languages import VISITOR_LANGUAGES
from kiosk.menu import (
    ExceptionalWay,
    ExpectedWait,
    MenuHall,
    MenuOpening,
    MenuService,
    build_menu,
    offered_only,
    opening_text,
    state_of,
    worded_wait,
)
from kiosk.menu_messages import STEP_S, MenuMessage, ServiceOfMenu, picture_of, wording_of
from tests.kiosk.samples import translate

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 24, 8, 42, tzinfo=UTC)  # a Tuesday, 09:42 in Paris
FRENCH = [VISITOR_LANGUAGES[code] for code in ("fr", "en", "es")]
HALL = MenuHall(slug="laon", name={"fr": "Préfecture"}, time_zone=PARIS, languages=FRENCH)


def opening(opens: float, closes: float, last_ticket: float | None = None) -> MenuOpening:
    """Hours from `NOW`."""
    last = closes if last_ticket is None else last_ticket
    return MenuOpening(*(NOW + timedelta(hours=each) for each in (opens, closes, last)))


def service(**changes) -> MenuService:
    values: dict[str, Any] = {
        "service": "sejour",
        "name": {"fr": "Titre de séjour"},
        "openings": [opening(-1, 2)],
        "counters": 1,
    }
    return MenuService(**(values | changes))


def menu(*services: MenuService, language: str = "fr", now: datetime = NOW) -> MenuMessage:
    return build_menu(HALL, services, language=language, translate=translate, now=now)


def only(**changes) -> ServiceOfMenu:
    return menu(service(**changes))["services"][0]


instants = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda each: NOW + each)
openings = st.builds(
    lambda at, length, last: MenuOpening(at, at + length, at + length * last),
    instants,
    st.timedeltas(timedelta(minutes=15), timedelta(hours=8)),
    st.floats(0, 1),
)
steps = st.integers(0, 60).map(lambda each: each * STEP_S)
ranges = st.builds(lambda low, more: ExpectedWait(low, low + more), steps, steps)
waits = st.just(ExpectedWait(0, 0)) | ranges
leaves = st.builds(
    service,
    mode=st.sampled_from(["walk_in", "appointment_only", "both"]),
    openings=st.lists(openings, max_size=4).map(lambda some: sorted(some, key=lambda each: each.opens_at)),
    counters=st.integers(0, 2),
    waiting=st.integers(0, 3),
    wait=st.none() | waits,
    remaining=st.none() | st.integers(0, 2),
)
folders = st.builds(service, children=st.lists(leaves, min_size=1, max_size=4))
trees = st.lists(leaves | folders, max_size=6)


def flat(services: list[ServiceOfMenu]) -> list[ServiceOfMenu]:
    return [each for parent in services for each in (parent, *parent["children"])]


@given(trees, instants)
def test_no_wait_is_announced_only_with_a_free_open_counter(tree, now):
    said = flat(menu(*tree, now=now)["services"])
    asked = [each for parent in tree for each in (parent, *parent.children)]
    for message, source in zip(said, asked, strict=True):
        if message["wait"] == {"none": True}:
            assert (message["state"], source.wait, source.children) == ("open", ExpectedWait(0, 0), ())
            assert source.counters > 0
        if message["state"] != "open":
            assert message["wait"] is None


def test_an_empty_queue_with_busy_counters_is_not_announced_as_no_wait():
    assert only(waiting=0, wait=ExpectedWait(300, 2700))["wait"] == {
        "low_s": 300,
        "high_s": 2700,
        "said": "under",
    }
    assert only(waiting=0, wait=ExpectedWait(0, 0))["wait"] == {"none": True}
    assert only(waiting=0, wait=None)["wait"] is None


@given(trees, instants)
def test_a_ticket_is_offered_only_within_opening_hours(tree, now):
    for leaf in (each for parent in tree for each in (parent.children or [parent])):
        if state_of(leaf, now) in ("open", "no_counter"):
            assert any(
                each.opens_at <= now < min(each.closes_at, each.last_ticket_at) for each in leaf.openings
            )
            assert leaf.remaining != 0


@given(trees, instants)
def test_next_openings_and_changes_lie_ahead(tree, now):
    message = menu(*tree, now=now)
    for found in [message["next_opening"], *(each["next_opening"] for each in flat(message["services"]))]:
        assert found is None or datetime.fromisoformat(found["at"]) > now
    assert message["changes_at"] is None or datetime.fromisoformat(message["changes_at"]) > now


@given(trees, instants)
def test_hours_alone_change_nothing_before_changes_at(tree, now):
    def states(at):
        return [state_of(each, at) for each in tree]

    changes_at = menu(*tree, now=now)["changes_at"]
    last = datetime.fromisoformat(changes_at) if changes_at else now + timedelta(days=400)
    assert states(last - timedelta(microseconds=1)) == states(now)


@given(trees, instants)
def test_the_message_is_json(tree, now):
    message = menu(*tree, now=now)
    assert json.loads(json.dumps(message)) == message


@given(waits)
def test_an_announced_wait_has_at_least_one_step(wait):
    said = worded_wait(wait)
    assert said["said"] == wording_of(wait.low_s, wait.high_s)
    assert (said["low_s"], said["high_s"]) == (wait.low_s, max(wait.high_s, STEP_S))
    assert worded_wait(ExpectedWait(said["low_s"], said["high_s"])) == said


def test_a_wait_says_nothing_when_no_counter_is_open():
    message = only(counters=0, waiting=4, wait=ExpectedWait(600, 1200))
    assert (message["state"], message["waiting"], message["wait"]) == ("no_counter", 4, None)


def test_an_unknown_wait_is_left_out_rather_than_guessed():
    assert only(waiting=3, wait=None)["wait"] is None


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"counters": 0}, "no_counter"),
        ({"openings": []}, "closed"),
        ({"openings": [opening(1, 2)]}, "closed"),
        ({"openings": [opening(-1, 2, -0.1)]}, "too_late"),
        ({"remaining": 0}, "full"),
        ({"remaining": 0, "openings": [opening(-1, 2, 0)]}, "too_late"),
        ({"mode": "appointment_only"}, "appointment_only"),
        ({"mode": "both"}, "open"),
        ({"openings": [opening(-1, 0)]}, "closed"),
        ({"openings": [opening(0, 1)]}, "open"),
    ],
)
def test_the_first_reason_why_no_ticket_is_issued_is_the_state(changes, state):
    assert only(**changes)["state"] == state


def test_a_folder_is_as_open_as_its_most_open_service():
    closed, full = service(openings=[opening(4, 5)]), service(remaining=0)
    assert only(children=[closed, full])["state"] == "full"
    assert only(children=[closed, service()])["state"] == "open"
    folder = only(children=[closed, closed])
    assert folder["state"] == "closed"
    assert folder["next_opening"] == {
        "at": "2026-11-24T12:42:00+00:00",
        "text": "Ouvre aujourd’hui à 13\u00a0h\u00a042",
    }


def test_a_service_is_at_most_two_presses_away():
    with pytest.raises(ValueError, match="more than two presses"):
        only(children=[service(children=[service()])])


def test_a_closed_hall_says_when_it_opens_next():
    message = menu(service(openings=[opening(23.3, 26)]), service(openings=[opening(30, 31)]))
    assert message["is_open"] is False
    assert message["next_opening"] == {"at": "2026-11-25T08:00:00+00:00", "text": "Ouvre demain à 9\u00a0h"}


def test_a_hall_closed_on_an_exceptional_day_says_why_and_an_open_one_does_not():
    hall = replace(HALL, why_today={"fr": "Journée de formation", "en": "Staff training"})

    def why(hours: MenuOpening, language: str) -> str | None:
        shown = [service(openings=[hours])]
        return build_menu(hall, shown, language=language, translate=translate, now=NOW)["why_closed"]

    assert [why(opening(23, 26), language) for language in ("fr", "en", "es")] == [
        "Journée de formation",
        "Staff training",
        "Journée de formation",
    ]
    assert why(opening(-1, 2), "fr") is None


def test_an_open_hall_says_no_next_opening():
    assert menu(service(), service(openings=[opening(1, 2)]))["next_opening"] is None


def test_words_fall_back_to_french():
    message = menu(service(name={"fr": "Séjour", "en": "Residence"}, bring=[{"fr": "Photos"}]), language="en")
    assert message["services"][0]["name"] == "Residence"
    assert message["services"][0]["bring"] == ["Photos"]


@pytest.mark.parametrize(
    ("opens_at", "french", "english", "spanish"),
    [
        ("2026-11-24T14:00", "Ouvre aujourd’hui à 14 h", "Opens today at 14:00", "Abre hoy a las 14:00"),
        ("2026-11-25T08:30", "Ouvre demain à 8 h 30", "Opens tomorrow at 8:30", "Abre mañana a las 8:30"),
        ("2026-11-30T09:00", "Ouvre lundi à 9 h", "Opens on Monday at 9:00", "Abre el lunes a las 9:00"),
        (
            "2026-12-01T09:05",
            "Ouvre le mardi 1 décembre à 9 h 05",
            "Opens on Tuesday 1 December at 9:05",
            "Abre el martes 1 de diciembre a las 9:05",
        ),
    ],
)
def test_an_opening_is_worded_as_people_say_it(opens_at, french, english, spanish):
    opens, now = datetime.fromisoformat(opens_at).replace(tzinfo=PARIS), NOW.astimezone(PARIS)
    said = [opening_text(translate, language, opens, now) for language in ("fr", "en", "es")]
    assert [each.replace("\u00a0", " ") for each in said] == [french, english, spanish]


def test_tomorrow_is_tomorrow_across_the_night_the_clocks_change():
    now = datetime(2026, 10, 24, 23, 30, tzinfo=PARIS)
    opens = datetime(2026, 10, 25, 9, 0, tzinfo=PARIS)
    assert opening_text(translate, "en", opens, now) == "Opens tomorrow at 9:00"


@pytest.mark.parametrize(
    ("changes", "is_offered"),
    [
        ({}, True),
        ({"counters": 0}, True),
        ({"stop": "outage"}, False),
        ({"remaining": 0}, False),
        ({"openings": [opening(1, 2)]}, False),
        ({"openings": [opening(-1, 2, -0.5)]}, False),
    ],
)
def test_an_exceptional_way_is_offered_while_its_service_gives_tickets(changes, is_offered):
    desk = service(service="desk", name={"fr": "Accueil", "en": "Reception"}, **changes)
    way = ExceptionalWay(desk, {"urgent": {"fr": "Urgence", "en": "Urgent"}, "online": {"fr": "En ligne"}})
    found = menu(service(mode="appointment_only", openings=[], exceptional=way), language="en")
    told = found["services"][0]["exceptional"]
    if not is_offered:
        assert told is None
        return
    assert told is not None
    assert (told["received_by"]["id"], told["received_by"]["name"]) == ("desk", "Reception")
    assert told["reasons"] == [{"id": "urgent", "name": "Urgent"}, {"id": "online", "name": "En ligne"}]
    assert found["changes_at"] == (NOW + timedelta(hours=2)).isoformat()


def test_by_default_a_hall_has_no_loop_and_is_no_demonstration():
    assert (HALL.has_loop, HALL.is_demonstration, HALL.keeps_tickets, HALL.takes_appointments) == (False,) * 4


@pytest.mark.parametrize(("days", "words"), [(6, "lundi"), (7, "1 décembre"), (8, "2 décembre")])
def test_an_opening_in_a_week_or_later_is_announced_by_date(days, words):
    now = NOW.astimezone(PARIS)
    assert words in opening_text(translate, "fr", now + timedelta(days=days), now)


@st.composite
def halls(draw: st.DrawFn) -> tuple[list[MenuService], frozenset[str]]:
    """A menu of services and folders, and which of its services a kiosk offers."""
    sizes = draw(st.lists(st.integers(0, 3), max_size=6))
    modes = st.sampled_from(["walk_in", "appointment_only", "both"])
    entries = []
    for at, size in enumerate(sizes):
        children = [service(service=f"s{at}-{child}", mode=draw(modes)) for child in range(size)]
        entries.append(service(service=f"s{at}", mode=draw(modes), children=children))
    ids = [each.service for each in services_in(entries)]
    return entries, frozenset(draw(st.sets(st.sampled_from(ids))) if ids else ())


def services_in(entries: Iterable[MenuService]) -> list[MenuService]:
    return [leaf for entry in entries for leaf in (entry.children or (entry,))]


@given(halls())
def test_a_kiosk_shows_its_services_in_the_order_of_the_hall(hall):
    entries, offered = hall
    whole, own = menu(*entries)["services"], menu(*offered_only(entries, offered.__contains__))["services"]
    known = {each["id"]: each for entry in whole for each in (entry["children"] or [entry])}
    shown = [each for entry in own for each in (entry["children"] or [entry])]
    assert shown == [message for name, message in known.items() if name in offered]
    tops = [entry["id"] for entry in own]
    assert tops == [entry["id"] for entry in whole if entry["id"] in tops]
    assert all(entry["children"] or entry["id"] in offered for entry in own)


@given(halls())
def test_a_folder_keeps_its_fields_and_only_the_offered_services(hall):
    entries, offered = hall
    before = {entry.service: entry for entry in entries}
    for entry in offered_only(entries, offered.__contains__):
        kept = [child for child in before[entry.service].children if child.service in offered]
        assert entry == replace(before[entry.service], children=kept)


@given(halls())
def test_a_kiosk_that_offers_everything_shows_the_whole_menu(hall):
    entries, _ = hall
    assert offered_only(entries, lambda _: True) == entries


@pytest.mark.parametrize(
    ("low_min", "high_min", "said"),
    [
        (25, 45, "between"),
        (5, 15, "between"),
        (50, 75, "between"),
        (70, 120, "between"),
        (10, 10, "about"),
        (0, 5, "under"),
        (0, 15, "under"),
        (10, 25, "under"),
        (15, 30, "between"),
        (10, 35, "under"),
        (20, 75, "under"),
        (30, 90, "over"),
        (50, 130, "over"),
    ],
)
def test_a_range_wider_than_half_its_middle_is_announced_by_its_reliable_end(low_min, high_min, said):
    assert wording_of(low_min * 60, high_min * 60) == said


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_range_announced_with_both_ends_is_narrow(first: int, steps: int):
    low, high = first * STEP_S, (first + steps) * STEP_S
    if wording_of(low, high) == "between":
        assert high - low <= (low + high) / 4 + STEP_S


def test_no_wait_is_announced_as_one_step():
    assert wording_of(0, 0) == wording_of(0, STEP_S) == "under"
    assert wording_of(STEP_S, STEP_S) == "about"
    assert wording_of(1_800, 5_400) == "over"
    assert wording_of(1_500, 5_400) == "under"


def test_a_paper_to_bring_has_the_picture_of_what_it_is():
    papers = ["Trois photos d’identité récentes", "Passeport", "Justificatif de domicile", "Statuts"]
    drawn = [f"paper-{each}" for each in ("photo", "passport", "address", "paper")]
    assert [picture_of(each) for each in papers] == drawn
